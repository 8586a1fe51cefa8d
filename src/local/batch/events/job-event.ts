import type { JobDetail } from '@aws-sdk/client-batch'
import type { Place } from '#local/batch/arns.ts'
import { detailOf } from '#local/batch/job/job-detail.ts'
import type { Job } from '#local/batch/job/job.ts'

/** What EventBridge carries of a change of a job's state. */
export interface JobEvent {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': 'Batch Job State Change'
  /** `aws.batch` in AWS, where nobody else may say so: a bus that is an emulation takes it under another name. */
  readonly source: string
  readonly account: string
  /** ISO 8601, to the second. */
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: JobDetail
}

/** The event of a job that has just come to its status, with the job as it is now. */
export function jobEventOf(job: Job, id: string, nowMs: number, place: Place, source: string): JobEvent {
  return {
    version: '0',
    id,
    'detail-type': 'Batch Job State Change',
    source,
    account: place.account,
    time: `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
    region: place.region,
    resources: [job.arn],
    detail: structuredClone(detailOf(job)),
  }
}
