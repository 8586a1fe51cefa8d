import { z } from 'zod'
import { parseRunId, type RunId } from '#core/run/ids.ts'

const runId = z.string().transform((text, context): RunId => {
  const run = parseRunId(text)
  if (run !== undefined) return run
  context.addIssue('not a run id')
  return z.NEVER
})

const message = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['plan', 'resume']), run: runId }),
  z.object({ kind: z.literal('look-for-runs') }),
])

/**
 * What is done behind an answer. `plan`: a run was submitted. `resume`: what is missing of a run is to be done. `look-for-runs`: the
 * watch was turned off, and whoever was submitted meanwhile wants it on.
 */
export type Work = z.infer<typeof message>

/** The body of a message of the work queue. */
export function writeWorkMessage(work: Work): string {
  return JSON.stringify(work)
}

/** Reads the body of a message of the work queue. @throws when it is none. */
export function readWorkMessage(body: string): Work {
  return message.parse(JSON.parse(body))
}
