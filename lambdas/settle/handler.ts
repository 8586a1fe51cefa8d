import type { SettleInput } from '#contract/state-machine.ts'
import { parseRunId } from '#core/run/ids.ts'
import type { Ports } from '#operations/ports.ts'
import { settle } from '#operations/settle.ts'

/**
 * The state machine's Settle: the clone's report has usually settled the attempt by then; this one finishes what a crash
 * between two of its steps left undone.
 */
export function settleHandler(ports: Ports): (input: SettleInput) => Promise<void> {
  return async ({ run, task, attempt }) => {
    const id = parseRunId(run)
    if (id === undefined) throw new Error(`settle of a run called ${run}`)
    await settle(ports, { run: id, task, attempt })
  }
}
