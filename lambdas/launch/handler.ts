import type { LaunchInput } from '#contract/state-machine.ts'
import { parseRunId } from '#core/run/ids.ts'
import { launch } from '#operations/launch.ts'
import type { Ports } from '#operations/ports.ts'

/**
 * The state machine's Launch: registers the wait of one slot. It starts nothing itself, so that however often a state is
 * retried, a slot has at most one job.
 */
export function launchHandler(
  ports: Pick<Ports, 'store' | 'executions' | 'dispatcher' | 'clock'>,
): (input: LaunchInput) => Promise<void> {
  return async ({ slot: { run, task, attempt, clone }, token }) => {
    const id = parseRunId(run)
    if (id === undefined) throw new Error(`launch of a run called ${run}`)
    await launch(ports, { run: id, task, attempt, clone }, token)
  }
}
