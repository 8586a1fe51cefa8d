import type { DrawnTask } from '#cli/graph/drawn-task.ts'
import type { TaskGraph } from '#cli/graph/task-graph.ts'
import { printable } from '#cli/terminal/printable.ts'

/** A graph as Mermaid text: an arrow is data, with the outputs' names; a dotted one is order alone. */
export function mermaid(graph: TaskGraph, tasks: ReadonlyMap<string, DrawnTask>): string {
  const name = new Map(graph.nodes.map(({ id }, index) => [id, `t${index}`]))
  const lines = ['flowchart LR']
  for (const { id } of graph.nodes) {
    const task = tasks.get(id)
    const state = task?.progress ?? task?.state
    const words = [id, ...(task?.traits ?? []), ...(state === null || state === undefined ? [] : [state])]
    lines.push(`  ${name.get(id) ?? ''}["${words.map(escaped).join('<br/>')}"]`)
  }
  for (const { id, edges } of graph.nodes) {
    for (const { from, kind, outputs } of edges) {
      const label = outputs.map((output) => escaped(`${output}${kind === 'each' ? '[i]' : ''}`)).join(', ')
      const arrow = outputs.length === 0 ? '-.->' : `-->|"${label}"|`
      lines.push(`  ${name.get(from) ?? ''} ${arrow} ${name.get(id) ?? ''}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** Mermaid reads entities between `#` and `;`. */
function escaped(text: string): string {
  return printable(text).replace(/[#"<>&|`]/g, (one) => `#${one.charCodeAt(0)};`)
}
