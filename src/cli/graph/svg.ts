import { count } from '#cli/format/count.ts'
import type { DrawnTask } from '#cli/graph/drawn-task.ts'
import { layeredLayout, type Box, type PlacedEdge, type Spacing } from '#cli/graph/layered-layout.ts'
import type { TaskGraph } from '#cli/graph/task-graph.ts'
import { printable } from '#cli/terminal/printable.ts'
import { terminalWidth } from '#core/workflow/terminal-width.ts'

const spacing: Spacing = { boxHeight: 44, rowGap: 16, columnGap: 56, margin: 16 }
/** Pixels of a letter, and around the text of a box. */
const letter = 7.3
const padding = 24

const style = `
    :root { color-scheme: light dark; }
    .back { fill: #ffffff; } .box { fill: #f6f8fa; stroke: #6e7781; } .edge { fill: none; stroke: #8c959f; }
    .order { stroke-dasharray: 4 4; } .tip { fill: #8c959f; } text { fill: #1f2328; font: 12px ui-monospace, Menlo, Consolas, monospace; }
    .words { fill: #59636e; font-size: 11px; } .critical { stroke-width: 2.5; }
    .committed { stroke: #1a7f37; } .running, .ready { stroke: #0969da; } .failed { stroke: #cf222e; stroke-width: 2.5; }
    @media (prefers-color-scheme: dark) {
      .back { fill: #0d1117; } .box { fill: #161b22; stroke: #8b949e; } .edge { stroke: #6e7681; } .tip { fill: #6e7681; }
      text { fill: #e6edf3; } .words { fill: #9198a1; }
      .committed { stroke: #3fb950; } .running, .ready { stroke: #4493f8; } .failed { stroke: #f85149; }
    }`

/** A graph as one SVG file without references to others: levels from left to right, readable on light and dark. */
export function svg(name: string, graph: TaskGraph, tasks: ReadonlyMap<string, DrawnTask>): string {
  const layout = layeredLayout(graph, (id) => boxWidth(id, tasks.get(id)), spacing)
  const { width, height } = layout
  const critical = new Set(graph.criticalPath)
  const order = new Set(
    graph.nodes.flatMap(({ id, edges }) =>
      edges.filter(({ outputs }) => outputs.length === 0).map(({ from }) => `${from} ${id}`),
    ),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
  <title id="title">${escaped(name)}</title>
  <desc id="desc">${escaped(description(graph, tasks))}</desc>
  <style>${style}
  </style>
  <defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>
  <rect class="back" width="100%" height="100%"/>
${layout.edges.map((edge) => edgePath(edge, order.has(`${edge.from} ${edge.to}`))).join('\n')}
${[...layout.boxes].map(([id, box]) => boxGroup(id, box, tasks.get(id), critical.has(id))).join('\n')}
</svg>
`
}

function edgePath({ points }: PlacedEdge, orderOnly: boolean): string {
  const [first, ...rest] = points
  let path = `M${first?.[0] ?? 0} ${first?.[1] ?? 0}`
  let [x, y] = first ?? [0, 0]
  for (const [toX, toY] of rest) {
    const middle = Math.round((x + toX) / 2)
    path += toY === y ? `H${toX}` : `C${middle} ${y} ${middle} ${toY} ${toX} ${toY}`
    ;[x, y] = [toX, toY]
  }
  return `  <path class="edge${orderOnly ? ' order' : ''}" marker-end="url(#tip)" d="${path}"/>`
}

function boxGroup(id: string, { x, y, width, height }: Box, task: DrawnTask | undefined, critical: boolean): string {
  const words = wordsOf(task)
  const state = task?.state ?? null
  const middle = x + width / 2
  const classes = ['box', ...(critical ? ['critical'] : []), ...(state === null ? [] : [state])].join(' ')
  const baseline = words === '' ? y + height / 2 + 4 : y + 19
  const second =
    words === '' ? '' : `<text class="words" x="${middle}" y="${y + 35}" text-anchor="middle">${escaped(words)}</text>`
  return (
    `  <g><rect class="${classes}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>` +
    `<text x="${middle}" y="${baseline}" text-anchor="middle">${escaped(id)}</text>${second}</g>`
  )
}

function wordsOf(task: DrawnTask | undefined): string {
  const state = task?.progress ?? task?.state ?? null
  return [...(task?.traits ?? []), ...(state === null ? [] : [state])].join(', ')
}

function boxWidth(id: string, task: DrawnTask | undefined): number {
  return Math.round(Math.max(terminalWidth(id) * letter, terminalWidth(wordsOf(task)) * letter) + padding)
}

function description(graph: TaskGraph, tasks: ReadonlyMap<string, DrawnTask>): string {
  const sentences = graph.nodes.map(({ id, edges }) => {
    const state = tasks.get(id)?.state ?? null
    const stands = state === null ? '' : ` (${state})`
    return edges.length === 0 ? `${id}${stands}` : `${id}${stands} after ${edges.map(({ from }) => from).join(', ')}`
  })
  return `${count(graph.nodes.length, 'task')}: ${sentences.join('; ')}. Critical path: ${graph.criticalPath.join(', ')}.`
}

function escaped(text: string): string {
  return printable(text).replace(/[<>&"]/g, (one) => `&#${one.charCodeAt(0)};`)
}
