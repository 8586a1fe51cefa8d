import { frontierSize } from '#contract/state-machine.ts'
import { sha256 } from '#core/hash.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Ports } from '#operations/ports.ts'
import type { FrontierInput } from '#ports/executions.ts'

/** What an execution starts of one task: an attempt, and the clones of it that are to be launched. */
export type Start = FrontierInput['tasks'][number]

/**
 * Starts executions of at most {@link frontierSize} clones each, named by what they start: the same starts have the same
 * names, and a name is started once. `again` makes other names: an execution that ended too early keeps its own.
 */
export async function startExecutions(
  ports: Pick<Ports, 'executions'>,
  run: RunId,
  starts: readonly Start[],
  again = '',
): Promise<void> {
  for (const tasks of cut(starts)) await ports.executions.start(executionName({ run, tasks }, again), { run, tasks })
}

/** A task's clones stay together. */
function cut(starts: readonly Start[]): readonly (readonly Start[])[] {
  const frontiers: Start[][] = []
  let clones = frontierSize
  for (const start of starts) {
    clones += start.clones.length
    if (clones > frontierSize) {
      frontiers.push([])
      clones = start.clones.length
    }
    frontiers.at(-1)?.push(start)
  }
  return frontiers
}

/** Within the 80 characters that Step Functions allows a name. */
export function executionName(input: FrontierInput, again = ''): string {
  return `${input.run}-${sha256(JSON.stringify(input.tasks) + again).slice(0, 32)}`
}
