import type { Json } from '#core/json.ts'
import { canonicalHead } from '#core/workflow/canonical/canonical-head.ts'
import { canonicalReference } from '#core/workflow/canonical/canonical-reference.ts'
import { canonicalTask } from '#core/workflow/canonical/canonical-task.ts'
import { inKeyOrder } from '#core/workflow/canonical/key-order.ts'
import { checkAggregate } from '#core/workflow/check/check-aggregate.ts'
import { checkCycles } from '#core/workflow/check/check-cycles.ts'
import { checkNames } from '#core/workflow/check/check-names.ts'
import { checkReferences } from '#core/workflow/check/check-references.ts'
import { withoutWrongSecrets } from '#core/workflow/check/check-secrets.ts'
import { checkValues } from '#core/workflow/check/check-values.ts'
import { describeIssues } from '#core/workflow/check/describe-issue.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import { plainTaskReader } from '#core/workflow/check/plain-task.ts'
import { outputProblem, type ReferenceProblem, type Targets } from '#core/workflow/check/reference-problem.ts'
import { findUnsupportedInHead, findUnsupportedInTask } from '#core/workflow/check/unsupported.ts'
import { HEAD_COUNTS, TASK_COUNTS, withinLimits } from '#core/workflow/check/within-limits.ts'
import { withoutFaults } from '#core/workflow/check/without-faults.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'
import { isObject, type Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { headSchema, workflowSchema, type CheckedHead, type CheckedTask } from '#core/workflow/schema.ts'
import { withoutExtensions } from '#core/workflow/schema/schema-walk.ts'
import { taskSchema } from '#core/workflow/schema/task-schema.ts'
import type { OutputRef, Workflow } from '#core/workflow/workflow.ts'

/**
 * Turns a document into a workflow: values, head, tasks one by one, references, cycles. Each stage goes on with what
 * the one before could make out, so all errors come at once. Nothing is returned when anything was found. Linear.
 */
export function checkWorkflow(root: Json, findings: Findings): Workflow | undefined {
  const hasExtension = checkValues(root, findings)
  if (!isObject(root)) {
    findings.add({
      code: 'WF-VALUE',
      message: 'a workflow is a map of keys and values',
      fix: 'start with `apiVersion: forkcast/v1`',
      path: [],
      at: 'value',
    })
    return undefined
  }
  const document = hasExtension ? (withoutExtensions(workflowSchema, root) as typeof root) : root
  const { tasks: givenTasks, ...rawHead } = document
  const givenHead = withinLimits(rawHead, HEAD_COUNTS, [], findings) as typeof rawHead
  const head = readHead(givenHead, findings)
  const canonical = canonicalHead(head, findings)
  const given = readTasks(givenTasks, findings)
  const params = keysOf(givenHead['params'])
  checkNames(params, ['params'], findings)

  const around = { defaults: head.defaults ?? {}, code: canonical.code, params }
  const readPlain = plainTaskReader(around)
  const tasks = given.map(([id, value]) => {
    const plain = readPlain(id, value)
    if (plain !== undefined) return plain
    const task = canonicalTask(id, readTask(id, value, findings), around, findings)
    checkAggregate(task, value, findings)
    return task
  })
  const targets: Targets = {
    nodeOf: new Map(given.map(([id], node) => [id, node])),
    tasks,
    given: given.map(([, value]) => value),
    params,
    suggest: (word, candidates) => (findings.isFull ? undefined : didYouMean(word, candidates)),
  }
  const edges = checkReferences(targets, findings)
  const outputs = readOutputs(head, targets, findings)
  checkCycles(edges, targets, findings)
  if (!findings.isEmpty) return undefined
  const { params: declared, priority, timeoutS, ...rest } = canonical
  return { ...rest, outputs, params: declared, priority, tasks, ...(timeoutS === undefined ? {} : { timeoutS }) }
}

/** The head, or what is left of it without its faults. */
function readHead(given: Readonly<Record<string, Json>>, findings: Findings): CheckedHead {
  findUnsupportedInHead(given, findings)
  const parsed = headSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  describeIssues(issues, { schema: workflowSchema, value: given, path: [] }, findings)
  return headSchema.parse({ apiVersion: 'forkcast/v1', name: 'unnamed', ...(withoutFaults(given, issues) as object) })
}

/** A task, or what is left of it without its faults. */
function readTask(id: string, given: Json, findings: Findings): CheckedTask {
  const path = ['tasks', id]
  const value = withoutWrongSecrets(given, path, findings)
  findUnsupportedInTask(value, path, findings)
  findMissing(value, path, findings)
  const parsed = taskSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  describeIssues(issues, { schema: taskSchema, value, path }, findings)
  return taskSchema.safeParse(withoutFaults(value, issues)).data ?? {}
}

/** What a task must have; looked for as it was written, since what is wrong is left out later. */
function findMissing(task: Json, path: Path, findings: Findings): void {
  if (!isObject(task)) return
  const missing = (place: Path, message: string, fix: string) =>
    findings.add({ code: 'WF-MISSING-KEY', message, fix, path: place, at: 'key' })
  const { run, variants } = task
  if (run === undefined && variants === undefined) {
    const fix = 'add `run`: a script, or a list of a program and its arguments'
    missing(path, `${describePlace(path)} has no \`run\``, fix)
  }
  for (const [name, variant] of isObject(variants) ? Object.entries(variants) : []) {
    if (run !== undefined || !isObject(variant) || variant['run'] !== undefined) continue
    const place = [...path, 'variants', name]
    const fix = 'add `run` to the variant, or to the task for all of its variants'
    missing(place, `${describePlace(place)} has no \`run\`, and the task has none for it`, fix)
  }
  for (const field of ['forEach', 'variants']) {
    const map = task[field]
    if (!isObject(map) || Object.keys(map).length > 0) continue
    const [what, fix] =
      field === 'forEach' ? ['key', 'add a list, or remove it'] : ['variant', 'add some, or remove it']
    missing([...path, field], `${quoted(field)} of ${describePlace(path)} has no ${what}`, fix)
  }
}

/** The tasks with a usable name, sorted by it. */
function readTasks(given: Json | undefined, findings: Findings): readonly (readonly [string, Json])[] {
  const names = keysOf(given)
  if (!isObject(given) || names.length === 0) {
    findings.add({
      code: given === undefined ? 'WF-MISSING-KEY' : 'WF-VALUE',
      message: Array.isArray(given) ? '`tasks` is a list' : 'the workflow has no tasks',
      fix: 'write `tasks` as a map from the name of each task to what it is',
      path: given === undefined ? [] : ['tasks'],
      at: 'key',
    })
    return []
  }
  if (names.length > LIMITS.tasks.value) {
    findings.add({
      code: 'WF-LIMIT',
      message: beyondLimit('`tasks`', names.length, 'tasks'),
      fix: 'repeat a task with `forEach`, or split the workflow',
      path: ['tasks'],
      at: 'key',
    })
    return []
  }
  const ids = checkNames(names, ['tasks'], findings)
  return ids.toSorted().map((id) => [id, withinLimits(given[id] as Json, TASK_COUNTS, ['tasks', id], findings)])
}

function readOutputs(head: CheckedHead, targets: Targets, findings: Findings): Record<string, OutputRef> {
  const outputs: Record<string, OutputRef> = {}
  checkNames(Object.keys(head.outputs ?? {}), ['outputs'], findings)
  for (const [name, { from }] of Object.entries(inKeyOrder(head.outputs ?? {}))) {
    const reference = canonicalReference(from)
    const add = (problem: ReferenceProblem) =>
      findings.add({ ...problem, path: ['outputs', name, 'from'], at: 'value' })
    if (reference.kind === 'param') {
      add(NOT_AN_OUTPUT)
      continue
    }
    const problem = outputProblem(reference.from, targets)
    if (problem === undefined) outputs[name] = reference.from
    else add(problem)
  }
  return outputs
}

const NOT_AN_OUTPUT: ReferenceProblem = {
  code: 'WF-UNKNOWN-TASK',
  message: 'an output of the run is an output of a task, not a parameter',
  fix: 'write `task.output`',
}

function keysOf(value: Json | undefined): readonly string[] {
  return isObject(value) ? Object.keys(value) : []
}
