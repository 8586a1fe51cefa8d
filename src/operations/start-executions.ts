import { frontierSize } from '#contract/state-machine.ts'
import { sha256 } from '#core/hash.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Ports } from '#operations/ports.ts'
import type { FrontierInput } from '#ports/executions.ts'

/** What an execution starts of one task: an attempt, and the clones of it that are to be launched. */
export type Start = FrontierInput['tasks'][number]

/**
 * Starts executions of at most {@link frontierSize} tasks each, named by what they start: the same starts have the same
 * names, and a name is started once. `again` makes other names: an execution that ended too early keeps its own.
 */
export async function startExecutions(
  ports: Pick<Ports, 'executions'>,
  run: RunId,
  starts: readonly Start[],
  again = '',
): Promise<void> {
  for (let from = 0; from < starts.length; from += frontierSize) {
    const input = { run, tasks: starts.slice(from, from + frontierSize) }
    await ports.executions.start(executionName(input, again), input)
  }
}

/** Within the 80 characters that Step Functions allows a name. */
export function executionName(input: FrontierInput, again = ''): string {
  return `${input.run}-${sha256(JSON.stringify(input.tasks) + again).slice(0, 32)}`
}
