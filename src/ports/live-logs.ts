import type { LogLine, LogName } from '#contract/log-line.ts'

/** What jobs say while they run, where it is collected before it is stored: late by moments, and only the beginning of what is long. */
export interface LiveLogs {
  /** The next piece of a log of a job that begins at a byte or behind it; `undefined`: there is none, or none yet. */
  next(job: string, log: LogName, offset: number): Promise<LogLine | undefined>
}
