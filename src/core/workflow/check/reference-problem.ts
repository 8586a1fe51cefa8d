import type { Json } from '#core/json.ts'
import { committedType } from '#core/workflow/committed-type.ts'
import { isObject } from '#core/workflow/document/document.ts'
import type { Finding } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { OutputRef, Task } from '#core/workflow/workflow.ts'

/** What references may lead to. Tasks are numbered in the order of their ids. */
export interface Targets {
  readonly nodeOf: ReadonlyMap<string, number>
  readonly tasks: readonly Task[]
  /** The tasks as they were written: what is wrong in itself and was left out of `tasks` can still be referred to. */
  readonly given: readonly Json[]
  readonly params: readonly string[]
  /** Finds what may have been meant; stops looking when there are too many errors to show. */
  readonly suggest: (word: string, candidates: Iterable<string>) => string | undefined
}

/** What is wrong with a reference; the one who looked knows the place. */
export type ReferenceProblem = Pick<Finding, 'code' | 'message' | 'fix'>

/** Whether a task is there. */
export function taskProblem(id: string, { nodeOf, suggest }: Targets): ReferenceProblem | undefined {
  if (nodeOf.has(id)) return undefined
  const near = suggest(id, nodeOf.keys())
  return {
    code: 'WF-UNKNOWN-TASK',
    message: `there is no task ${quoted(id)}`,
    fix: near === undefined ? 'name a task of this workflow' : `did you mean ${quoted(near)}?`,
  }
}

/** Whether a parameter is declared. `written`: how it is written at that place. */
export function paramProblem(
  param: string,
  { params, suggest }: Targets,
  written = (name: string) => `params.${name}`,
): ReferenceProblem | undefined {
  if (params.includes(param)) return undefined
  const near = suggest(param, params)
  return {
    code: 'WF-UNKNOWN-PARAM',
    message: `there is no parameter ${quoted(param)}`,
    fix: near === undefined ? `declare ${quoted(param)} under \`params\`` : `did you mean ${quoted(written(near))}?`,
  }
}

/** Whether an output was written down. */
export function outputProblem(from: OutputRef, targets: Targets): ReferenceProblem | undefined {
  const task = targets.given[targets.nodeOf.get(from.task) ?? -1]
  if (task === undefined) return taskProblem(from.task, targets)
  const outputs = isObject(task) && isObject(task['outputs']) ? task['outputs'] : {}
  if (Object.hasOwn(outputs, from.output)) return undefined
  const names = Object.keys(outputs)
  const near = targets.suggest(from.output, names)
  return {
    code: 'WF-UNKNOWN-OUTPUT',
    message: `task ${quoted(from.task)} has no output ${quoted(from.output)}`,
    fix:
      near !== undefined
        ? `did you mean ${quoted(`${from.task}.${near}`)}?`
        : names.length === 0
          ? `add it to \`outputs\` of task ${quoted(from.task)}`
          : `use one of ${names.slice(0, 10).map(quoted).join(', ')}`,
  }
}

/** Whether an output is one JSON array that a task can be repeated over. */
export function listProblem(from: OutputRef, targets: Targets): ReferenceProblem | undefined {
  const unknown = outputProblem(from, targets)
  if (unknown !== undefined) return unknown
  const task = targets.tasks[targets.nodeOf.get(from.task) as number] as Task
  const output = task.outputs[from.output]
  const reference = quoted(`${from.task}.${from.output}`)
  if (task.forEach !== undefined) {
    return {
      code: 'WF-FOR-EACH',
      message: `${reference} is left by every instance of task ${quoted(from.task)}, so it is no single list`,
      fix: `write \`each: ${from.task}.${from.output}\` to run once for every instance`,
    }
  }
  if (output === undefined || output.type === 'json') return undefined
  return {
    code: 'WF-FOR-EACH',
    message: `${reference} is a ${committedType(task, output)}, and a task is repeated over a JSON array`,
    fix: 'give the output a path that ends in `.json`, or `type: json`',
  }
}

/** Whether an output is one JSON value that a condition can compare. */
export function operandProblem(from: OutputRef, targets: Targets): ReferenceProblem | undefined {
  const unknown = outputProblem(from, targets)
  if (unknown !== undefined) return unknown
  const task = targets.tasks[targets.nodeOf.get(from.task) as number] as Task
  const output = task.outputs[from.output]
  const reference = quoted(`${from.task}.${from.output}`)
  if (task.forEach !== undefined) {
    return {
      code: 'WF-CONDITION',
      message: `${reference} is left by every instance of task ${quoted(from.task)}, so it is no single value`,
      fix: 'let a task gather the instances, and compare an output of that one',
    }
  }
  if (output === undefined || output.type === 'json') return undefined
  return {
    code: 'WF-CONDITION',
    message: `${reference} is a ${committedType(task, output)}, and a condition compares JSON`,
    fix: 'give the output a path that ends in `.json`, or `type: json`',
  }
}

/** Whether an output is left by instances that can be followed one by one. */
export function instancesProblem(from: OutputRef, targets: Targets): ReferenceProblem | undefined {
  const unknown = outputProblem(from, targets)
  if (unknown !== undefined) return unknown
  const task = targets.given[targets.nodeOf.get(from.task) as number]
  if (!isObject(task) || task['forEach'] !== undefined) return undefined
  return {
    code: 'WF-EACH',
    message: `task ${quoted(from.task)} has no \`forEach\`, so there are no instances to go through one by one`,
    fix: `write \`from: ${from.task}.${from.output}\`, or repeat task ${quoted(from.task)} with \`forEach\``,
  }
}
