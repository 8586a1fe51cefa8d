import type { Edge } from '#core/graph/graph.ts'
import {
  instancesProblem,
  listProblem,
  operandProblem,
  outputProblem,
  paramProblem,
  taskProblem,
  type ReferenceProblem,
  type Targets,
} from '#core/workflow/check/reference-problem.ts'
import { placedOperands } from '#core/workflow/condition.ts'
import { isObject, type Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { Task } from '#core/workflow/workflow.ts'

/** The dependencies of all tasks that lead to a task; references that lead nowhere are reported. Linear. */
export function checkReferences(targets: Targets, findings: Findings): readonly Edge[] {
  const edges: Edge[] = []
  for (let node = 0; node < targets.tasks.length; node++) checkTask(node, targets, edges, findings)
  return edges
}

function checkTask(to: number, targets: Targets, edges: Edge[], findings: Findings): void {
  const task = targets.tasks[to] as Task
  const problemAt = (problem: ReferenceProblem, path: Path) =>
    findings.add({ ...problem, path: ['tasks', task.id, ...path], at: 'value' })
  const edgeFrom = (upstream: string, kind: Edge['kind']) => {
    edges.push({ from: targets.nodeOf.get(upstream) as number, to, kind })
  }

  checkNeeds(to, targets, edgeFrom, problemAt)
  for (const name in task.inputs) {
    const input = task.inputs[name]
    const problem =
      input?.kind === 'output'
        ? outputProblem(input.from, targets)
        : input?.kind === 'param'
          ? paramProblem(input.param, targets)
          : undefined
    if (problem !== undefined) problemAt(problem, ['inputs', name, 'from'])
    else if (input?.kind === 'output') edgeFrom(input.from.task, 'after')
  }
  for (const { name, source } of task.forEach?.keys ?? []) {
    if (source.kind === 'param') {
      const problem = paramProblem(source.param, targets)
      if (problem !== undefined) problemAt(problem, ['forEach', name, 'from'])
    } else if (source.kind === 'output') {
      const problem = listProblem(source.from, targets)
      if (problem !== undefined) problemAt(problem, ['forEach', name, 'from'])
      else edgeFrom(source.from.task, 'after')
    } else if (source.kind === 'each') {
      const problem = instancesProblem(source.from, targets)
      if (problem !== undefined) problemAt(problem, ['forEach', name, 'each'])
      else edgeFrom(source.from.task, 'each')
    }
  }
  for (const { operand, path } of placedOperands(task.when)) {
    const problem =
      operand.kind === 'param'
        ? paramProblem(operand.param, targets, (param) => param)
        : operandProblem(operand.from, targets)
    if (problem !== undefined) problemAt(problem, ['when', ...path])
    else if (operand.kind === 'output') edgeFrom(operand.from.task, 'after')
  }
}

/** `needs` as written: in the canonical form, what references imply was left out. */
function checkNeeds(
  node: number,
  targets: Targets,
  edgeFrom: (upstream: string, kind: Edge['kind']) => void,
  problemAt: (problem: ReferenceProblem, path: Path) => void,
): void {
  const needs = needsOf(node, targets)
  const seen = needs.length > 1 ? new Set<string>() : undefined
  for (const [index, need] of needs.entries()) {
    const problem = seen?.has(need)
      ? { code: 'WF-VALUE' as const, message: `\`needs\` names ${quoted(need)} twice`, fix: 'remove one of the two' }
      : taskProblem(need, targets)
    if (problem !== undefined) problemAt(problem, ['needs', index])
    else edgeFrom(need, 'after')
    seen?.add(need)
  }
}

/** The texts in the `needs` of a task as it was written. */
export function needsOf(node: number, { given }: Targets): readonly string[] {
  const task = given[node]
  const needs = isObject(task) ? task['needs'] : undefined
  return Array.isArray(needs) ? (needs as readonly unknown[]).filter((need) => typeof need === 'string') : NONE
}

const NONE: readonly string[] = []
