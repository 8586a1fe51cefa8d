import { graphOf, type EdgeKind } from '#core/graph/graph.ts'
import { levels } from '#core/graph/levels.ts'
import { criticalPath } from '#core/graph/longest-path.ts'
import type { Task, Workflow } from '#core/workflow/workflow.ts'

/** A workflow's tasks as they are drawn: sorted by level, then by id. */
export interface TaskGraph {
  readonly nodes: readonly TaskNode[]
  /** The path that takes longest by the file's own estimates, task by task. */
  readonly criticalPath: readonly string[]
}

export interface TaskNode {
  readonly id: string
  readonly task: Task
  /** Edges of the longest way to it from a task without predecessors. */
  readonly level: number
  /** Edges into this task, by predecessor. */
  readonly edges: readonly TaskEdge[]
}

/** How a task waits for another one, and what it reads of it: nothing when it waits for its end alone. */
export interface TaskEdge {
  readonly from: string
  readonly kind: EdgeKind
  /** Names of the outputs, sorted. */
  readonly outputs: readonly string[]
}

/** Seconds assumed of a task whose file gives no estimate. */
const unknownS = 1

/** The graph of a checked workflow. O(V + E log E of the widest node). */
export function taskGraph(workflow: Workflow): TaskGraph {
  const graph = graphOf(workflow)
  const level = levels(graph)
  const nodes = workflow.tasks.map((task, index): TaskNode => {
    const read = outputsRead(task)
    const kinds = graph.predecessorKinds[index] ?? []
    const edges = (graph.predecessors[index] ?? []).map((predecessor, place): TaskEdge => {
      const from = graph.ids[predecessor] ?? ''
      return { from, kind: kinds[place] ?? 'after', outputs: [...(read.get(from) ?? [])].toSorted() }
    })
    return { id: task.id, task, level: level[index] ?? 0, edges }
  })
  const weights = workflow.tasks.map(({ estimate }) => estimate.durationS ?? unknownS)
  return {
    nodes: nodes.toSorted((a, b) => a.level - b.level || (a.id < b.id ? -1 : 1)),
    criticalPath: criticalPath(graph, weights).nodes.map((node) => graph.ids[node] ?? ''),
  }
}

/** Outputs that a task reads, by the task that leaves them. */
function outputsRead(task: Task): ReadonlyMap<string, ReadonlySet<string>> {
  const read = new Map<string, Set<string>>()
  const sources = [...Object.values(task.inputs), ...(task.forEach?.keys.map(({ source }) => source) ?? [])]
  for (const source of sources) {
    if (source.kind !== 'output' && source.kind !== 'each') continue
    const known = read.get(source.from.task)
    if (known === undefined) read.set(source.from.task, new Set([source.from.output]))
    else known.add(source.from.output)
  }
  return read
}
