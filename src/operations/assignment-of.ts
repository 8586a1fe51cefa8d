import type { Assignment, GatheredItem, Variable, VariableValue } from '#contract/clone-api.ts'
import { blobKey, clonePrefix } from '#contract/object-keys.ts'
import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import { instanceId, slotKey, type SlotRef } from '#core/run/ids.ts'
import type { StagedOutput } from '#core/run/manifest.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { TaskRecord } from '#core/run/task.ts'
import { unreachable } from '#core/unreachable.ts'
import { environmentName } from '#core/workflow/environment-name.ts'
import type { EachValue } from '#core/workflow/expand.ts'
import type { Input, OutputRef, Task, Workflow } from '#core/workflow/workflow.ts'
import type { Ports } from '#operations/ports.ts'

type Reads = Pick<Ports, 'store' | 'definitions'>

/**
 * All that a clone has to know under its lease, from stored rows only: the same for every clone of a task, but for its own place and
 * variant. The error names an input that is not optional and whose output was not written; a task that is `always` to run
 * does without.
 */
export async function assignmentOf(
  ports: Reads,
  run: RunRecord,
  { slot, fence }: { readonly slot: SlotRef; readonly fence: number },
): Promise<Result<Assignment, string>> {
  const { workflow, readiness } = await ports.definitions.workflow(run)
  const row = await ports.store.rows.get(run.id, 'task', slot.task)
  if (row === undefined) throw new Error(`task ${slot.task} has no row`)
  const task = readiness.tasks.get(row.value.task) as Task
  const place = await ports.store.rows.get(run.id, 'slot', slotKey(slot))
  if (place === undefined) throw new Error(`slot ${slotKey(slot)} has no row`)
  const { timeoutS, variant: name } = place.value
  const variant = task.variants.find((candidate) => candidate.name === name)
  const command = variant?.run ?? task.run
  if (command === undefined) throw new Error(`${slot.task} has no variant ${name}, and no command of its own`)
  const inputs = await inputVariables(ports, run, task)
  if (!inputs.ok) return inputs
  const items = await eachVariables(ports, run, row.value, task)
  if (!items.ok) return items
  return ok({
    slot,
    variant: name,
    command,
    validate: task.validate ?? null,
    code: task.code.kind === 'blob' ? task.code.sha256 : null,
    variables: [...paramVariables(workflow, run), ...inputs.value, ...items.value],
    outputs: task.outputs,
    compact: unpublished(workflow, task),
    canonical: task.aggregate.policy === 'quorum',
    env: variant?.env ?? task.env,
    secrets: task.secrets,
    timeoutS,
    prefix: clonePrefix(slot, fence),
    idempotencyKey: `${run.id}/${slot.task}`,
  })
}

/** Outputs that are no outputs of the workflow: whoever asks for one of those may be given a link to the object. */
function unpublished({ outputs }: Workflow, task: Task): readonly string[] {
  const published = new Set(Object.values(outputs).flatMap(({ task: of, output }) => (of === task.id ? [output] : [])))
  return Object.keys(task.outputs).filter((name) => !published.has(name))
}

function paramVariables(workflow: Workflow, run: RunRecord): readonly Variable[] {
  return Object.keys(workflow.params).flatMap((name) => {
    const value = run.params[name]
    return value === undefined ? [] : [{ name: environmentName('param', name), value: literal(value) }]
  })
}

async function inputVariables(ports: Reads, run: RunRecord, task: Task): Promise<Result<readonly Variable[], string>> {
  const variables: Variable[] = []
  for (const [name, input] of Object.entries(task.inputs)) {
    const value = await inputValue(ports, run, input)
    if (value !== undefined) variables.push({ name: environmentName('input', name), value })
    else if (!input.optional && !task.always)
      return err(`input ${name} is not optional, and ${sourceOf(input)} was not written`)
  }
  return ok(variables)
}

function sourceOf(input: Input): string {
  return input.kind === 'output' ? `${input.from.task}.${input.from.output}` : `its ${input.kind}`
}

async function inputValue(ports: Reads, run: RunRecord, input: Input): Promise<VariableValue | undefined> {
  switch (input.kind) {
    case 'value':
      return literal(input.value)
    case 'param': {
      const value = run.params[input.param]
      return value === undefined ? undefined : literal(value)
    }
    case 'file': {
      const { sha256, bytes } = input
      if (sha256 === undefined) throw new Error(`file ${input.path} was not uploaded`)
      const file = { object: blobKey(sha256), sha256, bytes: bytes ?? 0 }
      return { kind: 'file', name: fileName(input.path), file }
    }
    case 'output':
      return outputValue(ports, run, input.from)
    default:
      return unreachable(input)
  }
}

/** One output, or those of all instances together. `undefined` when an optional output was not written. */
async function outputValue(ports: Reads, run: RunRecord, from: OutputRef): Promise<VariableValue | undefined> {
  const { readiness } = await ports.definitions.workflow(run)
  const upstream = readiness.tasks.get(from.task) as Task
  const name = fileName(upstream.outputs[from.output]?.path ?? from.output)
  const row = await ports.store.rows.get(run.id, 'task', from.task)
  if (row === undefined) throw new Error(`${from.task} has no row, and a clone needs its output`)
  if (row.value.instances === null) {
    const output = row.value.outputs?.[from.output]
    return output === undefined ? undefined : { kind: 'output', name, output }
  }
  const rows = await instancesOf(ports, run, from.task)
  const items = Array.from({ length: row.value.instances }, (_, index): GatheredItem => {
    const instance = rows.get(instanceId(from.task, index))
    return {
      index,
      key: instance?.key ?? null,
      value: itemValue(instance?.values ?? {}),
      state: instance?.state ?? 'pending',
      output: instance?.outputs?.[from.output] ?? null,
    }
  })
  return { kind: 'gather', name, items }
}

/** Rows of all instances by id, page by page: one by one they would take longer than an answer may. */
async function instancesOf(ports: Reads, run: RunRecord, task: string): Promise<ReadonlyMap<string, TaskRecord>> {
  const rows = new Map<string, TaskRecord>()
  const page = { prefix: `${task}[`, limit: 1_000 }
  let after: string | undefined
  do {
    const { items, next } = await ports.store.rows.list(run.id, 'task', after === undefined ? page : { ...page, after })
    for (const { id, value } of items) rows.set(id, value)
    after = next
  } while (after !== undefined)
  return rows
}

async function eachVariables(
  ports: Reads,
  run: RunRecord,
  row: TaskRecord,
  task: Task,
): Promise<Result<readonly Variable[], string>> {
  const variables: Variable[] = []
  for (const [key, value] of Object.entries(row.values)) {
    const name = environmentName('each', key)
    if (value.kind === 'value') {
      variables.push({ name, value: literal(value.value) })
      continue
    }
    const element = await elementOf(ports, run, value)
    if (element !== undefined) variables.push({ name, value: element })
    else if (!task.always) {
      return err(`${instanceId(value.from.task, value.index)}.${value.from.output} was not written`)
    }
  }
  return ok(variables)
}

async function elementOf(
  ports: Reads,
  run: RunRecord,
  value: Extract<EachValue, { kind: 'element' }>,
): Promise<VariableValue | undefined> {
  const { readiness } = await ports.definitions.workflow(run)
  const id = instanceId(value.from.task, value.index)
  const row = await ports.store.rows.get(run.id, 'task', id)
  const output: StagedOutput | undefined = row?.value.outputs?.[value.from.output]
  const path = readiness.tasks.get(value.from.task)?.outputs[value.from.output]?.path
  if (output === undefined) return undefined
  return { kind: 'output', name: fileName(path ?? value.from.output), output }
}

/** The literal part of an instance's item: by key, or the value alone when there is one key. */
function itemValue(values: Readonly<Record<string, EachValue>>): Json {
  const literals = Object.entries(values).flatMap(([name, value]) =>
    value.kind === 'value' ? [[name, value.value] as const] : [],
  )
  const [only] = literals
  if (only !== undefined && literals.length === 1) return only[1]
  return literals.length === 0 ? null : Object.fromEntries(literals)
}

/** Scalars are passed as raw text, objects and arrays as a file. */
function literal(value: Json): VariableValue {
  return typeof value === 'object' ? { kind: 'json', json: value } : { kind: 'text', text: String(value) }
}

/** The last part of a `/`-separated path. */
function fileName(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? path
}
