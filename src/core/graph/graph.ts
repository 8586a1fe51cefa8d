import { placedOperands } from '#core/workflow/condition.ts'
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
  /** Beside `predecessors`: how node n waits for each of them. */
  readonly predecessorKinds: readonly (readonly EdgeKind[])[]
}

/** A dependency that a task names. */
export interface Dependency {
  readonly task: string
  readonly kind: EdgeKind
}

/** The graph of a checked workflow. O(V + E log E of the widest node). */
export function graphOf(workflow: Workflow): Graph {
  const ids = workflow.tasks.map(({ id }) => id)
  const nodeOf = new Map(ids.map((id, node) => [id, node]))
  const edges: Edge[] = []
  for (const [to, task] of workflow.tasks.entries()) {
    for (const dependency of dependenciesOf(task)) {
      const from = nodeOf.get(dependency.task)
      if (from === undefined) throw new Error(`task ${task.id} waits for ${dependency.task}, which is not there`)
      edges.push({ from, to, kind: dependency.kind })
    }
  }
  return buildGraph(ids, edges)
}

/** Makes a graph of ids and edges; of repeated edges the stronger kind stays. O(V + E log E of the widest node). */
export function buildGraph(ids: readonly string[], edges: readonly Edge[]): Graph {
  // An edge into a node as one number, so that sorting brings `after` before `each` from the same node.
  const codes: number[][] = ids.map(() => [])
  for (const { from, to, kind } of edges) codes[to]?.push(from * 2 + (kind === 'each' ? 1 : 0))
  const successors: number[][] = ids.map(() => [])
  const predecessors: number[][] = []
  const predecessorKinds: EdgeKind[][] = []
  for (const [node, list] of codes.entries()) {
    if (list.length > 1) list.sort(ascending)
    const from: number[] = []
    const kinds: EdgeKind[] = []
    for (const code of list) {
      const predecessor = Math.floor(code / 2)
      if (predecessor === from.at(-1)) continue
      from.push(predecessor)
      kinds.push(code % 2 === 1 ? 'each' : 'after')
      // Nodes are taken in order, so these lists are sorted as they grow.
      successors[predecessor]?.push(node)
    }
    predecessors.push(from)
    predecessorKinds.push(kinds)
  }
  return { ids, successors, predecessors, predecessorKinds }
}

/** What a task names as its predecessors, with repetitions. */
export function dependenciesOf(task: Task): readonly Dependency[] {
  const dependencies: Dependency[] = task.needs.map((need) => ({ task: need, kind: 'after' }))
  for (const name in task.inputs) {
    const input = task.inputs[name]
    if (input?.kind === 'output') dependencies.push({ task: input.from.task, kind: 'after' })
  }
  for (const { source } of task.forEach?.keys ?? []) {
    if (source.kind === 'output') dependencies.push({ task: source.from.task, kind: 'after' })
    if (source.kind === 'each') dependencies.push({ task: source.from.task, kind: 'each' })
  }
  for (const { operand } of placedOperands(task.when)) {
    if (operand.kind === 'output') dependencies.push({ task: operand.from.task, kind: 'after' })
  }
  return dependencies
}

function ascending(a: number, b: number): number {
  return a - b
}
