import { graphOf } from '#core/graph/graph.ts'
import { topologicalOrder } from '#core/graph/topological-order.ts'
import type { Json } from '#core/json.ts'
import { unreachable } from '#core/unreachable.ts'
import type { EachSource, Task, Workflow } from '#core/workflow/workflow.ts'

/**
 * How many instances each task of a checked workflow will have, as far as its file and the parameters say; `null`: that
 * hangs on a list which a task has yet to make. A task without `forEach` has one. O(tasks + edges).
 */
export function knownInstances(
  workflow: Workflow,
  params: Readonly<Record<string, Json>>,
): ReadonlyMap<string, number | null> {
  const known = new Map<string, number | null>()
  const lengthOf = (source: EachSource): number | null => {
    switch (source.kind) {
      case 'literal':
        return source.items.length
      case 'param': {
        const list = params[source.param]
        return Array.isArray(list) ? list.length : null
      }
      case 'output':
        return null
      case 'each':
        return known.get(source.from.task) as number | null
      default:
        return unreachable(source)
    }
  }
  for (const node of topologicalOrder(graphOf(workflow))) {
    const { id, forEach } = workflow.tasks[node] as Task
    const lengths = (forEach?.keys ?? []).map(({ source }) => lengthOf(source))
    const product = lengths.reduce<number | null>((all, one) => (all === null || one === null ? null : all * one), 1)
    // Zipped lists are of one length, or the task fails.
    known.set(id, forEach?.zip === true ? (lengths.find((length) => length !== null) ?? null) : product)
  }
  return known
}
