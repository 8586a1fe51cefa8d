import type { Task, Workflow } from '#core/workflow/workflow.ts'

/**
 * How a task waits for another: `after` for the whole of it, `each` for the instance with its own index. Where both
 * hold, `after` does.
 */
export type EdgeKind = 'after' | 'each'

/** A dependency between nodes, which are numbers from 0: `to` waits for `from`. */
export interface Edge {
  readonly from: number
  readonly to: number
  readonly kind: EdgeKind
}

/** A directed graph as lists of neighbours, both ways, each sorted and without repetition. May have cycles. */
export interface Digraph {
  readonly successors: readonly (readonly number[])[]
  readonly predecessors: readonly (readonly number[])[]
}

/** The graph of a workflow: node n is `ids[n]`, in the order of the workflow's tasks. */
export interface Graph extends Digraph {
  readonly ids: readonly string[]
  readonly indexOf: ReadonlyMap<string, number>
  /** Beside `predecessors`: how node n waits for each of them. */
  readonly predecessorKinds: readonly (readonly EdgeKind[])[]
}

/** The graph of a checked workflow. O(V + E log E of the widest node). */
export function graphOf(workflow: Workflow): Graph {
  const ids = workflow.tasks.map(({ id }) => id)
  const indexOf = new Map(ids.map((id, index) => [id, index]))
  const edges: Edge[] = []
  for (const [to, task] of workflow.tasks.entries()) {
    for (const dependency of dependenciesOf(task)) {
      const from = indexOf.get(dependency.task)
      if (from === undefined) throw new Error(`task ${task.id} waits for ${dependency.task}, which is not there`)
      edges.push({ from, to, kind: dependency.kind })
    }
  }
  return buildGraph(ids, edges)
}

/** Makes a graph of ids and edges; of repeated edges the stronger kind stays. O(V + E log E of the widest node). */
export function buildGraph(ids: readonly string[], edges: readonly Edge[]): Graph {
  const successors: number[][] = ids.map(() => [])
  const kinds: Map<number, EdgeKind>[] = ids.map(() => new Map())
  for (const { from, to, kind } of edges) {
    const known = kinds[to]?.get(from)
    if (known === undefined) successors[from]?.push(to)
    if (known !== 'after') kinds[to]?.set(from, kind)
  }
  for (const list of successors) list.sort(ascending)
  const predecessors = kinds.map((map) => [...map.keys()].sort(ascending))
  return {
    ids,
    indexOf: new Map(ids.map((id, index) => [id, index])),
    successors,
    predecessors,
    predecessorKinds: predecessors.map((list, node) => list.map((from) => kinds[node]?.get(from) ?? 'after')),
  }
}

/** What a task names as its predecessors, with repetitions. */
export function* dependenciesOf(task: Task): Generator<{ readonly task: string; readonly kind: EdgeKind }> {
  for (const need of task.needs) yield { task: need, kind: 'after' }
  for (const input of Object.values(task.inputs)) {
    if (input.kind === 'output') yield { task: input.from.task, kind: 'after' }
  }
  for (const { source } of task.forEach?.keys ?? []) {
    if (source.kind === 'output') yield { task: source.from.task, kind: 'after' }
    if (source.kind === 'each') yield { task: source.from.task, kind: 'each' }
  }
}

function ascending(a: number, b: number): number {
  return a - b
}
