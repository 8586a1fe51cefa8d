import { z } from 'zod'
import type { Json } from '#core/json.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { jsonValue } from '#core/workflow/schema/json-value.ts'
import { NAME_PATTERN, outputReference, text } from '#core/workflow/schema/scalars.ts'
import { comparisons } from '#core/workflow/workflow.ts'

/** What a condition is about: it has exactly one of these. */
export const SUBJECTS = ['param', 'output', 'all', 'any', 'not'] as const

/** A condition as a user writes it. Which of its keys go together is checked where its canonical form is made. */
export interface ConditionInput {
  readonly param?: string | undefined
  readonly output?: string | undefined
  readonly at?: string | undefined
  readonly eq?: Json | undefined
  readonly ne?: Json | undefined
  readonly gt?: number | string | undefined
  readonly ge?: number | string | undefined
  readonly lt?: number | string | undefined
  readonly le?: number | string | undefined
  readonly in?: readonly Json[] | undefined
  readonly all?: readonly ConditionInput[] | undefined
  readonly any?: readonly ConditionInput[] | undefined
  readonly not?: ConditionInput | undefined
}

const self: z.ZodType<ConditionInput, ConditionInput> = z.lazy(() => schema)
const parts = () => z.array(self, 'a list of conditions').min(1, 'a list of at least one condition')
const ordered = () => z.union([z.number(), z.string()], 'a number or a text').optional()

const schema = z
  .strictObject({
    param: z.string('the name of a parameter').regex(NAME_PATTERN, 'the name of a parameter').optional(),
    output: outputReference().describe('A JSON output of another task, `task.output`.').optional(),
    at: text(0, LIMITS.pathLength.value)
      .describe('JSON pointer to a place in the value. Default: all of it.')
      .optional(),
    eq: jsonValue().describe('Equal, as JSON.').optional(),
    ne: jsonValue().describe('There, and not equal.').optional(),
    gt: ordered().describe('Greater; of numbers, or of texts.'),
    ge: ordered().describe('Greater or equal.'),
    lt: ordered().describe('Less.'),
    le: ordered().describe('Less or equal.'),
    in: z.array(jsonValue(), 'a list of values').describe('Equal to one of these.').optional(),
    all: parts().describe('Every one of these holds.').optional(),
    any: parts().describe('One of these holds, or more.').optional(),
    not: self.describe('This does not hold.').optional(),
  })
  .meta({
    id: 'condition',
    oneOf: SUBJECTS.map((subject) =>
      subject === 'param' || subject === 'output'
        ? { required: [subject], oneOf: comparisons.map((comparison) => ({ required: [comparison] })) }
        : { required: [subject], not: { anyOf: ['at', ...comparisons].map((key) => ({ required: [key] })) } },
    ),
  })

/** A comparison of a parameter or a JSON output with a value, or several of them. */
export const conditionSchema = self
