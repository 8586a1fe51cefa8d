import { buildGraph, type Edge } from '#core/graph/graph.ts'
import { shortestCycles } from '#core/graph/shortest-cycle.ts'
import type { Path } from '../document/document.ts'
import type { Findings } from '../findings.ts'
import { beyondLimit, LIMITS } from '../limits.ts'
import { quoted } from '../quoted.ts'
import { needsOf } from './check-references.ts'
import type { Targets } from './reference-problem.ts'

/** Reports tasks that wait for themselves, and the shortest cycle of every knot of tasks that wait for each other. Linear while there is none. */
export function checkCycles(edges: readonly Edge[], targets: Targets, findings: Findings): void {
  if (edges.length > LIMITS.edges.value) {
    findings.add({
      code: 'WF-LIMIT',
      message: beyondLimit('the dependencies of all tasks', edges.length, 'edges'),
      fix: 'let a task gather many, and wait for that one',
      path: ['tasks'],
      at: 'key',
    })
    return
  }
  const ids = targets.tasks.map(({ id }) => id)
  for (const cycle of shortestCycles(buildGraph(ids, edges))) reportCycle(cycle, targets, findings)
}

function reportCycle(cycle: readonly number[], targets: Targets, findings: Findings): void {
  const [first = 0] = cycle
  const last = cycle.at(-1) ?? first
  const idOf = (node: number) => targets.tasks[node]?.id ?? ''
  const path = linkOf(first, last, targets)
  const related = cycle.slice(1, MOST_SHOWN).map((node, index) => {
    const upstream = cycle[index] ?? first
    return {
      message: `${quoted(idOf(node))} waits for ${quoted(idOf(upstream))} here`,
      path: linkOf(node, upstream, targets),
      at: 'value' as const,
    }
  })
  findings.add({
    code: 'WF-CYCLE',
    message:
      cycle.length === 1
        ? `task ${quoted(idOf(first))} waits for itself`
        : `tasks wait for each other: ${drawn(cycle.map(idOf))}`,
    fix: `remove ${quoted(idOf(last))} from ${quoted(path.slice(2, -1).join('.') || 'needs')} of task ${quoted(idOf(first))}${cycle.length === 1 ? '' : ', or another of these links'}`,
    path,
    at: 'value',
    ...(related.length === 0 ? {} : { related }),
  })
}

/** Where a task names another as its predecessor. */
function linkOf(node: number, predecessor: number, targets: Targets): Path {
  const task = targets.tasks[node]
  const upstream = targets.tasks[predecessor]
  if (task === undefined || upstream === undefined) return []
  const place = ['tasks', task.id]
  const need = needsOf(node, targets).indexOf(upstream.id)
  if (need !== -1) return [...place, 'needs', need]
  for (const [name, input] of Object.entries(task.inputs)) {
    if (input.kind === 'output' && input.from.task === upstream.id) return [...place, 'inputs', name, 'from']
  }
  for (const { name, source } of task.forEach?.keys ?? []) {
    if (source.kind === 'output' && source.from.task === upstream.id) return [...place, 'forEach', name, 'from']
    if (source.kind === 'each' && source.from.task === upstream.id) return [...place, 'forEach', name, 'each']
  }
  return place
}

/** How many tasks of a cycle are written out. */
const MOST_SHOWN = 10

function drawn(ids: readonly string[]): string {
  const shown =
    ids.length <= MOST_SHOWN
      ? ids
      : [...ids.slice(0, MOST_SHOWN - 1), `… ${ids.length - MOST_SHOWN} more …`, ids.at(-1) ?? '']
  return [...shown, ids[0] ?? ''].join(' → ')
}
