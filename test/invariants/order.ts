import { dependenciesOf } from '#core/graph/graph.ts'
import { neededBy } from '#core/graph/needs.ts'
import { instanceId, taskOf } from '#core/run/ids.ts'
import type { Task } from '#core/workflow/workflow.ts'
import type { RunHistory } from './history.ts'

type LeftWhat = 'result' | 'nothing' | 'failure'

/**
 * I1: a task starts only after its predecessors have ended, with what it needs of them (a task that is `always` to run needs
 * nothing), and is skipped only for a reason.
 */
export function startsOutOfOrder({ log, workflow }: RunHistory): readonly string[] {
  const breaches: string[] = []
  const left = new Map<string, LeftWhat>()
  const expanded = new Set<string>()
  let stopping = false
  const definitions = new Map(workflow.tasks.map((task) => [task.id, task]))
  for (const { kind, id, event } of log) {
    if (event.type === 'run.stopping') stopping = true
    if (kind !== 'task') continue
    const task = definitions.get(taskOf(id))
    if (task === undefined) {
      breaches.push(`I1 ${id} is no task of the workflow`)
      continue
    }
    const before = predecessorsOf(task, id)
    switch (event.type) {
      case 'task.expanded':
        expanded.add(id)
        break
      case 'task.committed':
        left.set(id, 'result')
        continue
      case 'task.failed':
      case 'task.cancelled':
        left.set(id, task.allowFailure && id === task.id ? 'nothing' : 'failure')
        continue
      case 'task.skipped':
        left.set(id, event.for === 'nothing' ? 'nothing' : 'failure')
        if (
          !maySkip(
            event.for,
            task,
            before.map((one) => left.get(one)),
            stopping,
          )
        ) {
          breaches.push(`I1 ${id} was skipped, and nothing that it needs is without a result`)
        }
        continue
      case 'task.reused':
        left.set(id, 'result')
        break
      case 'task.ready':
        break
      default:
        continue
    }
    const { data, order } = neededBy(task)
    for (const [position, { task: other, kind: how }] of dependenciesOf(task).entries()) {
      const predecessor = before[position] as string
      const was = left.get(predecessor)
      const isList = how === 'each' && event.type === 'task.expanded'
      const needed: readonly (LeftWhat | undefined)[] =
        task.always || (!data.has(other) && !order.has(other))
          ? ['result', 'nothing', 'failure']
          : data.has(other)
            ? ['result']
            : ['result', 'nothing']
      const there = isList ? expanded.has(predecessor) : needed.includes(was)
      if (!there) breaches.push(`I1 ${id} started before ${predecessor} was there`)
    }
  }
  return breaches
}

function predecessorsOf(task: Task, id: string): readonly string[] {
  const index = id === task.id ? undefined : Number(id.slice(task.id.length + 1, -1))
  return dependenciesOf(task).map((dependency) =>
    dependency.kind === 'each' && index !== undefined ? instanceId(dependency.task, index) : dependency.task,
  )
}

function maySkip(
  why: 'failure' | 'nothing' | 'stop',
  { when }: Task,
  before: readonly (LeftWhat | undefined)[],
  stopping: boolean,
): boolean {
  switch (why) {
    case 'stop':
      return stopping
    case 'failure':
      return before.includes('failure')
    case 'nothing':
      return when !== undefined || before.includes('nothing')
  }
}
