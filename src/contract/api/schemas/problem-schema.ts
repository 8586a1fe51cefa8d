import { z } from 'zod'

const placed = {
  code: z.string(),
  path: z.string().optional().meta({ description: 'JSON pointer to what is wrong, in the body or among parameters.' }),
  hint: z.string(),
} as const

/** Any answer that is no success: problem details (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    ...placed,
    detail: z.string(),
    exitCode: z.literal([1, 2, 3, 4, 5, 6, 7]).meta({ description: 'That of the command line.' }),
    errors: z
      .array(z.object({ ...placed, detail: z.string() }))
      .optional()
      .meta({ description: 'Each of several faults.' }),
  })
  .meta({ id: 'Problem', description: 'What went wrong, where, and what to do.' })
