import type { Capacity, Pool } from '#core/pools/pool.ts'
import type { SlotRef } from '#core/run/ids.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** A job to run: one clone. */
export interface JobRequest {
  /** Names the job; the same name again while the first one lives is adopted, not doubled. */
  readonly job: string
  readonly slot: SlotRef
  readonly pool: string
  readonly resources: Resources
}

/** The service that runs jobs in pools. What becomes of them arrives as job events. */
export interface Pools {
  describe(): Promise<readonly Pool[]>
  capacity(): Promise<Capacity>
  submit(jobs: readonly JobRequest[]): Promise<void>
  /** What became of jobs, at most 100; one that was never submitted, or ended long ago, is absent. */
  jobs(jobs: readonly string[]): Promise<readonly JobState[]>
  /** Ends jobs: TERM, then KILL. Unknown and ended jobs are passed over. */
  terminate(jobs: readonly string[], reason: string): Promise<void>
}

/** A job as its pool knows it. */
export type JobState =
  | {
      readonly job: string
      readonly state: 'alive'
      /** When it took its place; `null`: it waits for one, or for its host to start. */
      readonly startedAtMs: number | null
    }
  | { readonly job: string; readonly state: 'ended'; readonly ended: JobEnded }

/** What a pool says of a job that has ended: at least once, in any order, before or after the clone's own report. */
export interface JobEnded {
  readonly job: string
  readonly slot: SlotRef
  readonly pool: string
  readonly atMs: number
  /** Seconds the job held its place. */
  readonly billedS: number
  readonly exitCode: number | null
  /** The pool's own words, such as `Host EC2 (instance i-0) terminated.` */
  readonly reason: string
}
