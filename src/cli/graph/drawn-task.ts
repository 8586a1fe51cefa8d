import { count } from '#cli/format/count.ts'
import type { TaskGraph, TaskNode } from '#cli/graph/task-graph.ts'
import type { RunDocument, TaskDocument } from '#contract/run-document.ts'
import { taskOf } from '#core/run/ids.ts'
import type { TaskState } from '#core/run/task.ts'

/** A task as it is drawn: what is said about it, and how it stands in a run. */
export interface DrawnTask {
  readonly node: TaskNode
  /** `each series`, `2 clones`: what makes it more than one process. */
  readonly traits: readonly string[]
  /** In a run: the state of the whole task. */
  readonly state: TaskState | null
  /** In a run, of a repeated task: `5 of 8 committed`. */
  readonly progress: string | null
}

/** The tasks of a graph, with their states in a run if one is given. */
export function drawnTasks(graph: TaskGraph, run: RunDocument | null): ReadonlyMap<string, DrawnTask> {
  const documents = Map.groupBy(run?.tasks ?? [], ({ id }) => taskOf(id))
  return new Map(
    graph.nodes.map((node) => [
      node.id,
      { node, traits: traitsOf(node), ...standing(node, documents.get(node.id) ?? []) },
    ]),
  )
}

function traitsOf({ task }: TaskNode): readonly string[] {
  const each = task.forEach?.keys.map(({ name }) => name).join(', ')
  return [
    ...(each === undefined ? [] : [`each ${each}`]),
    ...(task.clones === 'auto' ? ['auto clones'] : []),
    ...(typeof task.clones === 'number' && task.clones > 1 ? [count(task.clones, 'clone')] : []),
  ]
}

const byWeight: readonly TaskState[] = ['failed', 'running', 'ready', 'cancelled', 'committed', 'skipped', 'pending']

function standing(node: TaskNode, documents: readonly TaskDocument[]): Pick<DrawnTask, 'state' | 'progress'> {
  if (documents.length === 0) return { state: null, progress: null }
  const instances = documents.filter(({ id }) => id !== node.id)
  if (instances.length === 0) return { state: documents[0]?.state ?? null, progress: null }
  const committed = instances.filter(({ state }) => state === 'committed').length
  const state = byWeight.find((weighty) => instances.some((one) => one.state === weighty)) ?? 'pending'
  return { state, progress: `${committed} of ${instances.length} committed` }
}
