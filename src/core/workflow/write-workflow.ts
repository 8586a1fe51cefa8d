import type { WorkflowInput, TaskInput } from '#core/workflow/schema.ts'
import type {
  Aggregate,
  Code,
  Command,
  Condition,
  EachSource,
  Hedge,
  Input,
  Operand,
  Output,
  OutputRef,
  Task,
  Tolerance,
  Variant,
  Workflow,
} from '#core/workflow/workflow.ts'

/**
 * A canonical workflow as a document again: with every default written out, so that checking it gives the same workflow
 * wherever it is checked. Only the sizes of pinned files are not in it: they are those of the content. Linear.
 */
export function writeWorkflow(workflow: Workflow): WorkflowInput {
  const { apiVersion, name, description, labels, code, params, priority, deadlineS, timeoutS, budgetUsd } = workflow
  return {
    apiVersion,
    name,
    ...(description === undefined ? {} : { description }),
    labels: { ...labels },
    code: writtenCode(code),
    params: mapped(params, ({ type, default: value, description: words }) => ({
      type,
      ...(value === undefined ? {} : { default: value }),
      ...(words === undefined ? {} : { description: words }),
    })),
    priority,
    ...(deadlineS === undefined ? {} : { deadline: deadlineS }),
    ...(timeoutS === undefined ? {} : { timeout: timeoutS }),
    ...(budgetUsd === undefined ? {} : { budgetUsd }),
    onFailure: workflow.onFailure,
    tasks: Object.fromEntries(workflow.tasks.map((task) => [task.id, writtenTask(task)])),
    outputs: mapped(workflow.outputs, (ref) => ({ from: reference(ref) })),
  }
}

function writtenTask(task: Task): TaskInput {
  const { estimate, retry, forEach } = task
  return {
    ...(task.run === undefined ? {} : { run: writtenCommand(task.run) }),
    code: writtenCode(task.code),
    ...(task.image === undefined ? {} : { image: task.image }),
    ...(forEach === undefined
      ? {}
      : {
          forEach: Object.fromEntries(forEach.keys.map(({ name, source }) => [name, writtenSource(source)])),
          zip: forEach.zip,
          ...(forEach.keyPointer === undefined ? {} : { key: forEach.keyPointer }),
        }),
    needs: [...task.needs],
    inputs: mapped(task.inputs, writtenInput),
    outputs: mapped(task.outputs, writtenOutput),
    env: { ...task.env },
    secrets: mapped(task.secrets, ({ source, name }) => ({ from: `${source}:${name}` })),
    estimate: {
      ...(estimate.durationS === undefined ? {} : { duration: estimate.durationS }),
      ...(estimate.memoryMiB === undefined ? {} : { memory: estimate.memoryMiB }),
      ...(estimate.outputBytes === undefined ? {} : { output: estimate.outputBytes }),
    },
    resources: writtenResources(task.resources),
    ...(task.variants.length === 0
      ? { clones: task.clones }
      : { variants: Object.fromEntries(task.variants.map((variant) => [variant.name, writtenVariant(variant)])) }),
    hedge: writtenHedge(task.hedge),
    aggregate: writtenAggregate(task.aggregate),
    ...(task.validate === undefined ? {} : { validate: writtenCommand(task.validate) }),
    pool: { ...task.pool },
    retry: {
      limit: retry.limit,
      backoff: retry.backoffS,
      ...(retry.on === undefined ? {} : { on: [...retry.on] as NonNullable<TaskInput['retry']>['on'] }),
    },
    ...(task.timeoutS === undefined ? {} : { timeout: task.timeoutS }),
    idempotent: task.idempotent,
    ...(isNone(task.tolerate) ? {} : { tolerate: writtenTolerance(task.tolerate) }),
    ...(task.when === undefined ? {} : { when: writtenCondition(task.when) }),
    always: task.always,
    allowFailure: task.allowFailure,
  }
}

function writtenVariant({ run, image, resources, env }: Variant) {
  return {
    run: writtenCommand(run),
    ...(image === undefined ? {} : { image }),
    resources: writtenResources(resources),
    env: { ...env },
  }
}

function writtenResources({ vcpus, memoryMiB, gpus }: Task['resources']) {
  return { vcpus, memory: memoryMiB, gpus }
}

function writtenCode(code: Code): NonNullable<WorkflowInput['code']> {
  switch (code.kind) {
    case 'none':
      return 'none'
    case 'blob':
      return { blob: `sha256:${code.sha256}` }
    case 'folder':
      // The word `none` alone would be no folder.
      return code.path === 'none' ? './none' : code.path
  }
}

function writtenCommand(command: Command): NonNullable<TaskInput['run']> {
  return command.kind === 'shell' ? command.script : [...command.argv]
}

function writtenInput(input: Input): NonNullable<TaskInput['inputs']>[string] {
  const { optional } = input
  switch (input.kind) {
    case 'file':
      return { file: input.path, ...(input.sha256 === undefined ? {} : { blob: `sha256:${input.sha256}` }), optional }
    case 'output':
      return { from: reference(input.from), optional }
    case 'param':
      return { from: `params.${input.param}`, optional }
    case 'value':
      return { value: input.value, optional }
  }
}

function writtenOutput({ path, type, optional, schema }: Output): NonNullable<TaskInput['outputs']>[string] {
  return { path, type, optional, ...(schema === undefined ? {} : { schema }) }
}

function writtenSource(source: EachSource): NonNullable<TaskInput['forEach']>[string] {
  switch (source.kind) {
    case 'literal':
      return [...source.items]
    case 'param':
      return { from: `params.${source.param}` }
    case 'output':
      return { from: reference(source.from) }
    case 'each':
      return { each: reference(source.from) }
  }
}

function writtenHedge(hedge: Hedge): NonNullable<TaskInput['hedge']> {
  switch (hedge.kind) {
    case 'off':
    case 'auto':
      return hedge.kind
    case 'quantile':
      return { after: `p${Number((hedge.quantile * 100).toFixed(3))}` }
    case 'after':
      return { after: hedge.seconds }
  }
}

function writtenAggregate(aggregate: Aggregate): NonNullable<TaskInput['aggregate']> {
  return { ...aggregate }
}

function isNone(tolerance: Tolerance): boolean {
  return tolerance.kind === 'count' && tolerance.count === 0
}

function writtenTolerance(tolerance: Tolerance): NonNullable<TaskInput['tolerate']> {
  return tolerance.kind === 'count' ? tolerance.count : `${tolerance.percent}%`
}

function writtenCondition(condition: Condition): NonNullable<TaskInput['when']> {
  switch (condition.kind) {
    case 'compare':
      return { ...writtenOperand(condition.left), [condition.is]: condition.right }
    case 'all':
      return { all: condition.of.map(writtenCondition) }
    case 'any':
      return { any: condition.of.map(writtenCondition) }
    case 'not':
      return { not: writtenCondition(condition.of) }
  }
}

function writtenOperand(operand: Operand) {
  const at = operand.at === undefined ? {} : { at: operand.at }
  return operand.kind === 'param' ? { param: operand.param, ...at } : { output: reference(operand.from), ...at }
}

function reference({ task, output }: OutputRef): string {
  return `${task}.${output}`
}

function mapped<From, To>(record: Readonly<Record<string, From>>, to: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value)]))
}
