import { buildGraph, type Edge } from '#core/graph/graph.ts'
import { hasCycle } from '#core/graph/has-cycle.ts'
import { shortestCycles } from '#core/graph/shortest-cycle.ts'
import { needsOf } from '#core/workflow/check/check-references.ts'
import type { Targets } from '#core/workflow/check/reference-problem.ts'
import { placedOperands } from '#core/workflow/condition.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { Task } from '#core/workflow/workflow.ts'

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
  if (!hasCycle(targets.tasks.length, edges)) return
  const ids = targets.tasks.map(({ id }) => id)
  for (const cycle of shortestCycles(buildGraph(ids, edges))) reportCycle(cycle, targets, findings)
}

function reportCycle(cycle: readonly number[], targets: Targets, findings: Findings): void {
  const tasks = cycle.map((node) => targets.tasks[node] as Task)
  const ids = tasks.map(({ id }) => quoted(id))
  const links = tasks.map((task, index) => linkTo((tasks.at(index - 1) as Task).id, task, targets))
  const [path, ...others] = links as [Path, ...Path[]]
  const related = others.slice(0, MOST_SHOWN - 1).map((link, index) => ({
    message: `${ids[index + 1]} waits for ${ids[index]} here`,
    path: link,
    at: 'value' as const,
  }))
  const removal = `remove ${ids.at(-1)} from ${quoted(path.slice(2, -1).join('.'))} of task ${ids[0]}`
  findings.add({
    code: 'WF-CYCLE',
    message:
      tasks.length === 1
        ? `task ${ids[0]} waits for itself`
        : `tasks wait for each other: ${drawn(tasks.map(({ id }) => id))}`,
    fix: tasks.length === 1 ? removal : `${removal}, or another of these links`,
    path,
    at: 'value',
    ...(related.length === 0 ? {} : { related }),
  })
}

/** Where a task names another, which it does. */
function linkTo(upstream: string, task: Task, targets: Targets): Path {
  const links: (readonly [task: string, path: Path])[] = []
  const node = targets.nodeOf.get(task.id) as number
  for (const [index, need] of needsOf(node, targets).entries()) links.push([need, ['needs', index]])
  for (const [name, input] of Object.entries(task.inputs)) {
    if (input.kind === 'output') links.push([input.from.task, ['inputs', name, 'from']])
  }
  for (const { name, source } of task.forEach?.keys ?? []) {
    if (source.kind === 'output') links.push([source.from.task, ['forEach', name, 'from']])
    if (source.kind === 'each') links.push([source.from.task, ['forEach', name, 'each']])
  }
  for (const { operand, path } of placedOperands(task.when)) {
    if (operand.kind === 'output') links.push([operand.from.task, ['when', ...path]])
  }
  const [, path] = links.find(([named]) => named === upstream) as (typeof links)[number]
  return ['tasks', task.id, ...path]
}

/** How many tasks of a cycle are written out. */
const MOST_SHOWN = 10

function drawn(ids: readonly string[]): string {
  const shown =
    ids.length <= MOST_SHOWN
      ? ids
      : [...ids.slice(0, MOST_SHOWN - 1), `… ${ids.length - MOST_SHOWN} more …`, ids.at(-1)]
  return [...shown, ids[0]].join(' → ')
}
