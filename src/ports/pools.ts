import type { Capacity, Pool } from '#core/pools/pool.ts'
import type { SlotRef } from '#core/run/ids.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** A clone that was given a pool, before its job has a name. */
export interface PlacedClone {
  readonly slot: SlotRef
  readonly pool: string
  readonly resources: Resources
  /** Seconds that its command may take. */
  readonly timeoutS: number | null
  /** The variant of its task that it runs. */
  readonly variant: string | null
}

/** A job to run: one clone. */
export interface JobRequest extends PlacedClone {
  /** Names the job; the same name again while the first one lives is adopted, not doubled. */
  readonly job: string
}

/** The service that runs jobs in pools. What becomes of them arrives as job events. */
export interface Pools {
  describe(): Promise<readonly Pool[]>
  capacity(): Promise<Capacity>
  /**
   * The names of the jobs of clones, in their order. A name is written to its row before the job is submitted, and is all that it is found
   * by again; names may have in common what is submitted as one. Changes nothing: the same clones get the same names.
   */
  names(clones: readonly PlacedClone[]): Promise<readonly string[]>
  submit(jobs: readonly JobRequest[]): Promise<void>
  /** What became of jobs, at most {@link maxAskedJobs}; one that was never submitted, or ended long ago, is absent. */
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

/** What one DescribeJobs of AWS Batch takes. */
export const maxAskedJobs = 100
