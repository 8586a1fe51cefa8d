import { dependenciesOf } from '#core/graph/graph.ts'
import { instanceId, taskOf } from '#core/run/ids.ts'
import type { RunHistory } from './history.ts'

/** I1: a task starts only after each of its predecessors is committed, and is skipped only after one left no result. */
export function startsOutOfOrder({ log, workflow }: RunHistory): readonly string[] {
  const breaches: string[] = []
  const committed = new Set<string>()
  const expanded = new Set<string>()
  const resultless = new Set<string>()
  const definitions = new Map(workflow.tasks.map((task) => [task.id, task]))
  for (const { kind, id, event } of log) {
    if (kind !== 'task') continue
    if (event.type === 'task.committed') committed.add(id)
    if (event.type === 'task.expanded') expanded.add(id)
    if (event.type === 'task.failed' || event.type === 'task.cancelled') resultless.add(id)
    if (event.type !== 'task.ready' && event.type !== 'task.expanded' && event.type !== 'task.skipped') continue
    const task = definitions.get(taskOf(id))
    if (task === undefined) {
      breaches.push(`I1 ${id} is no task of the workflow`)
      continue
    }
    const index = event.type === 'task.expanded' ? null : event.index
    const needed = [...dependenciesOf(task)].map((dependency) =>
      dependency.kind === 'each' && index !== null ? instanceId(dependency.task, index) : dependency.task,
    )
    if (event.type === 'task.skipped') {
      if (!needed.some((predecessor) => resultless.has(predecessor))) {
        breaches.push(`I1 ${id} was skipped, and nothing that it needs is without a result`)
      }
      resultless.add(id)
      continue
    }
    for (const [position, { kind: how }] of [...dependenciesOf(task)].entries()) {
      const predecessor = needed[position] as string
      const there = how === 'each' && index === null ? expanded.has(predecessor) : committed.has(predecessor)
      if (!there) breaches.push(`I1 ${id} started before ${predecessor} was there`)
    }
  }
  return breaches
}
