import { z } from 'zod'
import { causes } from '#core/failure/cause.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { duration, integer } from '#core/workflow/schema/scalars.ts'

/** The causes that may be named: those that spend the user's retries. */
const RETRIED_CAUSES = ['user-error', 'timed-out', 'bad-output', 'validator-rejected', 'no-quorum', 'unknown'] as const

const LISTED = RETRIED_CAUSES.map(quoted).join(', ')

/** What to write instead of a word that is no cause, or one that is not the user's to name. */
function insteadOf(given: unknown): string {
  const isCause = causes.some((cause) => cause === given)
  return `one of ${LISTED}${isCause ? `; ${quoted(given)} has a remedy of its own, whatever \`retry\` says` : ''}`
}

/** Extra tries. */
export const retrySchema = z
  .strictObject({
    limit: integer(0, LIMITS.retries.value).describe('Extra tries after the first. Default: 0.').optional(),
    backoff: duration(0, 3_600)
      .describe('The wait before the first extra try; it doubles with each. Default: 5s.')
      .optional(),
    on: z
      .array(z.enum(RETRIED_CAUSES, { error: ({ input }) => insteadOf(input) }), 'a list of causes')
      .min(1, 'a list of at least one cause')
      .describe('The causes that are tried again. Default: all that may be named here.')
      .optional(),
  })
  .describe('Extra tries after a failure of the task itself. Lost machines are retried anyway.')
