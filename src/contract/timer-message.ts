import { z } from 'zod'
import { parseRunId, type RunId } from '#core/run/ids.ts'

const runId = z.string().transform((text, context): RunId => {
  const run = parseRunId(text)
  if (run !== undefined) return run
  context.addIssue('not a run id')
  return z.NEVER
})

const slot = z.object({
  run: runId,
  task: z.string().min(1),
  attempt: z.int().min(1),
  clone: z.int().min(0),
})

const atMs = z.number()

const message = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['hedge', 'backoff', 'lease', 'timeout']), slot, atMs }),
  z.object({ kind: z.literal('run-timeout'), run: runId, atMs }),
])

/** A timer as it travels: what it is for, whose it is, and its deadline. */
export type TimerMessage = z.infer<typeof message>

/** The body of a timer's message. */
export function writeTimerMessage(timer: TimerMessage): string {
  return JSON.stringify(timer)
}

/** Reads the body of a timer's message. @throws when it is none. */
export function readTimerMessage(body: string): TimerMessage {
  return message.parse(JSON.parse(body))
}
