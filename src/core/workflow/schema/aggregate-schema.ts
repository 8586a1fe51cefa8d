import { z } from 'zod'
import { LIMITS } from '#core/workflow/limits.ts'
import { integer, NAME_PATTERN, oneOf } from '#core/workflow/schema/scalars.ts'

const POLICIES = 'one of `first`, `quorum`, `mean`, `median`, `best`, `all`'

const min = () =>
  integer(1, LIMITS.clones.value)
    .describe('How many valid results are enough. Default: more than half of the clones.')
    .optional()

/** Which result several clones come to: a word, or a policy with what it needs to know. */
export const aggregateSchema = z
  .union(
    [
      oneOf(['first', 'mean', 'median', 'all']),
      z.discriminatedUnion(
        'policy',
        [
          z.strictObject({ policy: z.enum(['first', 'all']) }),
          z.strictObject({
            policy: z.literal('quorum'),
            of: integer(1, LIMITS.clones.value).describe('How many equal results decide.'),
          }),
          z.strictObject({ policy: z.enum(['mean', 'median']), min: min() }),
          z.strictObject({
            policy: z.literal('best'),
            output: z
              .string('the name of an output')
              .regex(NAME_PATTERN, 'the name of an output')
              .describe('The `json` output that is the score: one number.'),
            goal: oneOf(['min', 'max']).describe('Whether the least or the greatest is the best.'),
            min: min(),
          }),
        ],
        POLICIES,
      ),
    ],
    '`first`, `mean`, `median`, `all`, `{ policy: quorum, of: 2 }` or `{ policy: best, output: score, goal: min }`',
  )
  .describe('Which result of several clones counts. Default: first.')
