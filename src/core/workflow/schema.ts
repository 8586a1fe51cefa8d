import { z } from 'zod'
import { LIMITS } from '#core/workflow/limits.ts'
import { jsonValue } from '#core/workflow/schema/json-value.ts'
import { duration, integer, NAME_PATTERN, oneOf, outputReference, text } from '#core/workflow/schema/scalars.ts'
import { codeSchema, defaultsSchema, taskSchema } from '#core/workflow/schema/task-schema.ts'

const NAME_LETTERS = 'letters, digits, `-` and `_`, starting with a letter, at most 63'

const BUDGET = `a number of US dollars above 0, at most ${LIMITS.budgetUsd.value}`

const name = () => z.string().regex(NAME_PATTERN)

const paramSchema = z
  .strictObject({
    type: oneOf(['string', 'integer', 'number', 'boolean', 'array', 'object']).describe('Its type.'),
    default: jsonValue().describe('Without it, the parameter must be given.').optional(),
    description: text(0, LIMITS.textLength.value).describe('What it is for.').optional(),
  })
  .describe('A parameter: `$PARAM_<NAME>` in every task.')

/** Everything of a workflow but its tasks, which are checked one by one so that each gives its own errors. */
export const headSchema = z.strictObject({
  $schema: z.string().describe('The address of this schema, for editors.').optional(),
  apiVersion: z.literal('forkcast/v1', '`forkcast/v1`').describe('The version of the format.'),
  name: z.string(NAME_LETTERS).regex(NAME_PATTERN, NAME_LETTERS).describe('The name of the workflow.'),
  description: text(0, LIMITS.textLength.value).describe('What it is for, in a few words.').optional(),
  labels: z.record(name(), text(0, LIMITS.labelLength.value)).describe('Free words to find runs by.').optional(),
  code: codeSchema.optional(),
  params: z.record(name(), paramSchema).describe('What may be set at submission.').optional(),
  defaults: defaultsSchema.optional(),
  priority: z
    .union(
      [oneOf(['low', 'normal', 'high']), integer(0, 100)],
      '`low`, `normal`, `high` or a whole number from 0 to 100',
    )
    .describe('Who goes first. Default: normal.')
    .optional(),
  deadline: duration(1, LIMITS.deadlineS.value)
    .describe('When the run should be done, counted from submission. Soft.')
    .optional(),
  timeout: duration(1, LIMITS.deadlineS.value)
    .describe('When the run is stopped, counted from submission. Hard.')
    .optional(),
  budgetUsd: z
    .number(BUDGET)
    .gt(0, BUDGET)
    .max(LIMITS.budgetUsd.value, BUDGET)
    .describe('What the run may cost at most, in US dollars. Hard.')
    .optional(),
  onFailure: oneOf(['finish', 'stop'])
    .describe('After a failure: `finish` what does not depend on it, the default, or `stop` the run.')
    .optional(),
  outputs: z
    .record(name(), z.strictObject({ from: outputReference().describe('`task.output`') }))
    .describe('What the run as a whole leaves.')
    .optional(),
})

/** A workflow as a user writes it: YAML, JSON and the TypeScript builder all have this shape. */
export const workflowSchema = headSchema
  .extend({ tasks: z.record(name(), taskSchema).describe('The nodes of the graph, by name.') })
  .describe('A Forkcast workflow: a graph of tasks.')

/** A workflow as it is written, in a file or with the builder. */
export type WorkflowInput = z.input<typeof workflowSchema>

/** A task as it is written. */
export type TaskInput = z.input<typeof taskSchema>

/** Everything but the tasks, checked, with durations and sizes in their units. */
export type CheckedHead = z.output<typeof headSchema>

/** A task, checked on its own, with durations and sizes in their units. */
export type CheckedTask = z.output<typeof taskSchema>
