import { didYouMean } from '../did-you-mean.ts'
import type { Json } from '#core/json.ts'
import { isObject, type Path, type Place } from '../document/document.ts'
import type { Findings } from '../findings.ts'
import { quoted } from '../quoted.ts'
import type { EdgeKind } from '#core/graph/graph.ts'
import type { OutputRef, Task } from '../workflow.ts'
import { describePlace } from './describe-place.ts'

/** What references may lead to. */
export interface Targets {
  readonly tasks: ReadonlyMap<string, Task>
  /** The tasks as they were written: what is wrong in itself and was left out of `tasks` can still be referred to. */
  readonly given: ReadonlyMap<string, Json>
  readonly params: readonly string[]
}

/** A dependency that a task names, and the place where it does. */
export interface NamedDependency {
  readonly task: string
  readonly kind: EdgeKind
  readonly place: () => Place
}

/** The dependencies of a task that lead somewhere; the others are reported, with what may have been meant. */
export function checkReferences(task: Task, needs: readonly string[], targets: Targets, findings: Findings): NamedDependency[] {
  const place: Path = ['tasks', task.id]
  const found: NamedDependency[] = []
  const seen = new Set<string>()
  for (const [index, need] of needs.entries()) {
    const at = () => ({ path: [...place, 'needs', index], at: 'value' }) as const
    if (seen.has(need)) {
      findings.add({
        code: 'WF-VALUE',
        message: `${quoted('needs')} of ${describePlace(place)} names ${quoted(need)} twice`,
        fix: 'remove one of the two',
        ...at(),
      })
    } else if (checkTask(need, at, targets, findings)) found.push({ task: need, kind: 'after', place: at })
    seen.add(need)
  }
  for (const [name, input] of Object.entries(task.inputs)) {
    const at = () => ({ path: [...place, 'inputs', name, 'from'], at: 'value' }) as const
    if (input.kind === 'param') checkParam(input.param, at, targets, findings)
    if (input.kind === 'output' && checkOutput(input.from, at, targets, findings)) {
      found.push({ task: input.from.task, kind: 'after', place: at })
    }
  }
  for (const { name, source } of task.forEach?.keys ?? []) {
    const at = (key: 'from' | 'each') => () => ({ path: [...place, 'forEach', name, key], at: 'value' }) as const
    if (source.kind === 'param') checkParam(source.param, at('from'), targets, findings)
    if (source.kind === 'output' && checkOutput(source.from, at('from'), targets, findings)) {
      checkList(source.from, at('from'), targets, findings)
      found.push({ task: source.from.task, kind: 'after', place: at('from') })
    }
    if (source.kind === 'each' && checkOutput(source.from, at('each'), targets, findings)) {
      checkInstances(source.from, at('each'), targets, findings)
      found.push({ task: source.from.task, kind: 'each', place: at('each') })
    }
  }
  return found
}

/** Whether an output was written down. What is not there is reported. */
export function checkOutput(from: OutputRef, place: () => Place, targets: Targets, findings: Findings): boolean {
  if (!checkTask(from.task, place, targets, findings)) return false
  const task = targets.given.get(from.task)
  const given = isObject(task) && isObject(task['outputs']) ? task['outputs'] : {}
  if (Object.hasOwn(given, from.output)) return true
  const outputs = Object.keys(given)
  const near = didYouMean(from.output, outputs)
  findings.add({
    code: 'WF-UNKNOWN-OUTPUT',
    message: `task ${quoted(from.task)} has no output ${quoted(from.output)}`,
    fix:
      near !== undefined
        ? `did you mean ${quoted(`${from.task}.${near}`)}?`
        : outputs.length === 0
          ? `add it to \`outputs\` of task ${quoted(from.task)}`
          : `use one of ${outputs.slice(0, 10).map(quoted).join(', ')}`,
    ...place(),
  })
  return false
}

function checkTask(id: string, place: () => Place, { given }: Targets, findings: Findings): boolean {
  if (given.has(id)) return true
  const near = didYouMean(id, given.keys())
  findings.add({
    code: 'WF-UNKNOWN-TASK',
    message: `there is no task ${quoted(id)}`,
    fix: near === undefined ? 'name a task of this workflow' : `did you mean ${quoted(near)}?`,
    ...place(),
  })
  return false
}

function checkParam(param: string, place: () => Place, { params }: Targets, findings: Findings): void {
  if (params.includes(param)) return
  const near = didYouMean(param, params)
  findings.add({
    code: 'WF-UNKNOWN-PARAM',
    message: `there is no parameter ${quoted(param)}`,
    fix: near === undefined ? `declare ${quoted(param)} under \`params\`` : `did you mean ${quoted(`params.${near}`)}?`,
    ...place(),
  })
}

function checkList(from: OutputRef, place: () => Place, { tasks }: Targets, findings: Findings): void {
  const task = tasks.get(from.task)
  const output = task?.outputs[from.output]
  if (task === undefined || output === undefined) return
  const reference = quoted(`${from.task}.${from.output}`)
  if (task.forEach !== undefined) {
    findings.add({
      code: 'WF-FOR-EACH',
      message: `${reference} is left by every instance of task ${quoted(from.task)}, so it is no single list`,
      fix: `write \`each: ${from.task}.${from.output}\` to run once for every instance`,
      ...place(),
    })
  } else if (output.type !== 'json') {
    findings.add({
      code: 'WF-FOR-EACH',
      message: `${reference} is a ${output.type}, and a task is repeated over a JSON array`,
      fix: `give the output a path that ends in \`.json\`, or \`type: json\``,
      ...place(),
    })
  }
}

function checkInstances(from: OutputRef, place: () => Place, { given }: Targets, findings: Findings): void {
  const task = given.get(from.task)
  if (!isObject(task) || task['forEach'] !== undefined) return
  findings.add({
    code: 'WF-EACH',
    message: `task ${quoted(from.task)} has no \`forEach\`, so there are no instances to go through one by one`,
    fix: `write \`from: ${from.task}.${from.output}\`, or repeat task ${quoted(from.task)} with \`forEach\``,
    ...place(),
  })
}
