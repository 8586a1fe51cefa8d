import { z } from 'zod'
import { jsonValue } from '#core/workflow/schema/json-value.ts'
import { outputJsonSchema } from '#core/workflow/schema/output-schema.ts'
import { blob, oneOf, outputReference, path, reference, text } from '#core/workflow/schema/scalars.ts'

/** What is staged in for a task. Exactly one of `file`, `from`, `value` and `uri`. */
export const inputSchema = z
  .strictObject({
    file: path().describe('A file in the folder of the workflow.').optional(),
    blob: blob().describe('The hash of the content of `file`, once it was uploaded.').optional(),
    from: reference()
      .describe('An output of a task, `task.output`, or a parameter, `params.name`. Of a forEach task: all instances.')
      .optional(),
    value: jsonValue().describe('A literal value.').optional(),
    uri: text(1, 2_048).describe('An address: s3:// or https://. Refused: not run by this version.').optional(),
    optional: z.boolean('true or false').describe('Whether the task starts without it. Default: false.').optional(),
  })
  .meta({
    description: 'What the task reads: `$INPUT_<NAME>` is a path, or the value itself when it is a scalar.',
    oneOf: ['file', 'from', 'value', 'uri'].map((key) => ({ required: [key] })),
  })

/** What a task leaves. */
export const outputSchema = z
  .strictObject({
    path: path().describe(
      'Where the task writes it: `$OUTPUT_<NAME>` is this path made absolute. `/` at its end: a directory.',
    ),
    type: oneOf(['file', 'directory', 'json', 'text'])
      .describe('Default: directory for a path that ends in `/`, json for one that ends in `.json`, else file.')
      .optional(),
    optional: z.boolean('true or false').describe('Whether the task succeeds without it. Default: false.').optional(),
    schema: outputJsonSchema.describe('A JSON Schema (draft-07) that a `json` output must meet.').optional(),
  })
  .describe('What the task leaves.')

/** A list that a task is repeated over, or one of exactly `from` and `each`. */
export const eachSourceSchema = z.union(
  [
    z.array(jsonValue()).describe('The items themselves.'),
    z
      .strictObject({
        from: reference()
          .describe('A JSON array: an output of a task, `task.output`, or a parameter, `params.name`.')
          .optional(),
        each: outputReference()
          .describe('Element-wise: instance i starts when instance i of that task is committed.')
          .optional(),
      })
      .meta({ oneOf: [{ required: ['from'] }, { required: ['each'] }] }),
  ],
  'a list, `{ from: task.output }`, `{ from: params.name }` or `{ each: task.output }`',
)
