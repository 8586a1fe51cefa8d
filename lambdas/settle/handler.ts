import type { AttemptInput, SettleInput } from '#contract/state-machine.ts'
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
    let fault: PromiseRejectedResult | undefined
    for (let from = 0; from < attempts.length; from += atOnce) {
      const settled = await Promise.allSettled(attempts.slice(from, from + atOnce).map(settleOne))
      for (const one of settled) if (one.status === 'rejected') fault ??= one
    }
    if (fault !== undefined) throw fault.reason
  }
}
