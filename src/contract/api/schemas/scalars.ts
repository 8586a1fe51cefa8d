import { z } from 'zod'

/** SHA-256 in hexadecimal. */
export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'write 64 hexadecimal digits in lower case')
  .meta({ description: 'SHA-256 in hexadecimal.' })

/** Content that was uploaded, by its hash. */
export const blobSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'write sha256: and 64 hexadecimal digits')
  .meta({ description: 'Uploaded content: `sha256:` and the hash in hexadecimal.' })

export const runIdSchema = z.string().regex(/^run_[0-9a-z]{8,40}$/, 'write the id of a run')

/** A run in a path. */
export const runWordSchema = z
  .string()
  .regex(/^(?:latest|run_[0-9a-z]{8,40})$/, 'write the id of a run, or `latest`')
  .meta({ description: 'The id of a run, or `latest` for the newest one.', examples: ['latest'] })

/** A name of an output, or of one instance of it. */
export const outputWordSchema = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_-]{0,62}(?:\[(?:0|[1-9]\d{0,4})\])?$/,
    'write the name of an output, as `report` or `parts[3]`',
  )
  .meta({ description: 'The name of an output; `name[3]` for one instance of a `forEach` task.', examples: ['report'] })

/** A task or an instance of one, as `clean` or `clean[3]`. */
export const taskWordSchema = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_-]{0,62}(?:\[(?:0|[1-9]\d{0,4})\])?$/,
    'write the name of a task, as `clean` or `clean[3]`',
  )
  .meta({ description: 'A task, or one instance of it: `clean`, `clean[3]`.' })

/** A whole number in a query. */
export function wholeWord(minimum: number, maximum: number) {
  const expected = `a whole number from ${minimum} to ${maximum}`
  return z
    .string()
    .regex(/^(?:0|[1-9]\d{0,15})$/, `write ${expected}`)
    .transform(Number)
    .pipe(z.int().min(minimum, `write ${expected}`).max(maximum, `write ${expected}`))
    .meta({ override: () => ({ type: 'integer', minimum, maximum }) })
}

/** Where a list goes on; its letters mean nothing to who asks. */
export const cursorSchema = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[A-Za-z0-9_-]+\.[0-9a-f]{8}$/, 'take the cursor from an answer')
  .meta({ description: 'Where to go on: `nextCursor` of the answer before. Absent: from the start.' })

/** ISO 8601 in UTC. */
export const timeSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .meta({ format: 'date-time' })

/** Any JSON value. What comes in was read as JSON with a bounded depth before, so nothing is left to check. */
export const jsonSchema = z.any().meta({ description: 'Any JSON value.' })

/** Bounded text for people. */
export const wordsSchema = z.string().max(4_096, 'write at most 4,096 characters')
