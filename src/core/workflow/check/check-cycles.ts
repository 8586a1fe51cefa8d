import { buildGraph } from '#core/graph/graph.ts'
import { shortestCycles } from '#core/graph/shortest-cycle.ts'
import type { Findings } from '../findings.ts'
import { beyondLimit, LIMITS } from '../limits.ts'
import { quoted } from '../quoted.ts'
import type { NamedDependency } from './check-references.ts'

/** Reports the shortest cycle of every knot of tasks that wait for each other. Linear while there is none. */
export function checkCycles(dependencies: ReadonlyMap<string, readonly NamedDependency[]>, findings: Findings): void {
  const ids = [...dependencies.keys()]
  const indexOf = new Map(ids.map((id, index) => [id, index]))
  const edges = [...dependencies.values()].flatMap((named, to) =>
    named.flatMap(({ task, kind }) => {
      const from = indexOf.get(task)
      return from === undefined ? [] : [{ from, to, kind }]
    }),
  )
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
  for (const cycle of shortestCycles(buildGraph(ids, edges))) {
    reportCycle(cycle.map((node) => ids[node] ?? ''), dependencies, findings)
  }
}

function reportCycle(
  cycle: readonly string[],
  dependencies: ReadonlyMap<string, readonly NamedDependency[]>,
  findings: Findings,
): void {
  const [first = ''] = cycle
  const last = cycle.at(-1) ?? first
  const link = (task: string, waitsFor: string) =>
    dependencies.get(task)?.find((dependency) => dependency.task === waitsFor)?.place() ?? ({ path: ['tasks', task], at: 'key' } as const)
  const related = cycle.slice(1, MOST_SHOWN).map((task, index) => {
    const waitsFor = cycle[index] ?? first
    return { message: `${quoted(task)} waits for ${quoted(waitsFor)} here`, ...link(task, waitsFor) }
  })
  const place = link(first, last)
  findings.add({
    code: 'WF-CYCLE',
    message: cycle.length === 1 ? `task ${quoted(first)} waits for itself` : `tasks wait for each other: ${drawn(cycle)}`,
    fix: `remove ${quoted(last)} from ${quoted(place.path.slice(2, 3).join('.') || 'needs')} of task ${quoted(first)}, or another of these links`,
    ...place,
    ...(related.length === 0 ? {} : { related }),
  })
}

/** How many tasks of a cycle are written out. */
const MOST_SHOWN = 10

function drawn(cycle: readonly string[]): string {
  const shown = cycle.length <= MOST_SHOWN ? cycle : [...cycle.slice(0, MOST_SHOWN - 1), `… ${cycle.length - MOST_SHOWN} more …`, cycle.at(-1) ?? '']
  return [...shown, cycle[0] ?? ''].join(' → ')
}
