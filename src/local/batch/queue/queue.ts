import type { ComputeEnvironmentOrder, FairsharePolicy, JobQueueDetail } from '@aws-sdk/client-batch'
import type { CancelAlarm } from '#adapters/local/alarm-clock.ts'
import type { Job } from '#local/batch/job/job.ts'
import type { Blocked } from '#local/batch/job/status-reasons.ts'
import { RunnableJobs } from '#local/batch/queue/runnable-jobs.ts'
import { ShareUsage } from '#local/batch/queue/share-usage.ts'

/** A queue as it is described. */
export type QueueDetail = JobQueueDetail & {
  jobQueueArn: string
  priority: number
  computeEnvironmentOrder: ComputeEnvironmentOrder[]
}

/** A job queue, and who waits in it. */
export interface Queue {
  readonly name: string
  readonly turn: number
  detail: QueueDetail
  readonly runnable: RunnableJobs
  readonly usage: ShareUsage
  /** Shares with jobs that have not ended, and how many each has. */
  readonly shares: Map<string, number>
  /** The job at the head that nothing can be found for, and why. */
  stuck: { readonly job: Job; readonly reason: Blocked; readonly cancelAlarms: readonly CancelAlarm[] } | undefined
}

export function newQueue(name: string, turn: number, detail: QueueDetail): Queue {
  return {
    name,
    turn,
    detail,
    runnable: new RunnableJobs(),
    usage: new ShareUsage(),
    shares: new Map(),
    stuck: undefined,
  }
}

/** The policy of a queue that has one. */
export type PolicyOf = (queue: Queue) => FairsharePolicy | undefined
