import type { AttemptInput, SettleInput } from '#contract/state-machine.ts'
import { inLanes } from '#core/in-lanes.ts'
import { parseRunId } from '#core/run/ids.ts'
import type { Ports } from '#operations/ports.ts'
import { settle } from '#operations/settle.ts'

/** Attempts looked at together: nearly all need no more than a few reads. */
const atOnce = 10

/**
 * The state machine's Settle: reports have usually settled the attempts by then; this one finishes what a crash between two
 * of their steps left undone. One that fails holds up none of the others; the first fault is told.
 */
export function settleHandler(ports: Ports): (input: SettleInput) => Promise<void> {
  const settleOne = async ({ run, task, attempt }: AttemptInput): Promise<void> => {
    const id = parseRunId(run)
    if (id === undefined) throw new Error(`settle of a run called ${run}`)
    await settle(ports, { run: id, task, attempt })
  }
  return async ({ attempts }) => {
    await inLanes(attempts, atOnce, settleOne)
  }
}
