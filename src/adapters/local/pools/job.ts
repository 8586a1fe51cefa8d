import type { CancelAlarm } from '#adapters/local/alarm-clock.ts'
import type { Fate } from '#core/pools/fate.ts'
import type { JobRequest } from '#ports/pools.ts'

/** A job that has not ended, from the queue of its pool to the end of its body. */
export interface Job {
  readonly request: JobRequest
  readonly fate: Fate
  /** Its turn among all jobs. */
  readonly turn: number
  readonly abort: AbortController
  phase: 'queued' | 'starting' | 'running'
  /** Valid while running. */
  startedAtMs: number
  /** Ends its start, or takes its host. */
  cancelAlarm: CancelAlarm
  /** What its pool is going to say instead of how its body ended; set when it is told to end. */
  verdict: ((exit: JobExit) => JobExit) | null
}

/** How a job's body ended. */
export interface JobExit {
  readonly exitCode: number | null
  readonly reason: string
}
