import type {
  CancelJobRequest,
  CancelJobsRequest,
  CancelJobsResponse,
  DescribeJobsRequest,
  DescribeJobsResponse,
  ListJobsRequest,
  ListJobsResponse,
} from '@aws-sdk/client-batch'
import { z } from 'zod'
import { type Account, jobOf, queueOf } from '#local/batch/account.ts'
import type { Calls } from '#local/batch/api/call.ts'
import { pageOf } from '#local/batch/api/page.ts'
import { checked, without } from '#local/batch/api/shapes.ts'
import { refuse } from '#local/batch/batch-fault.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'
import { detailOf, summaryOf } from '#local/batch/job/job-detail.ts'
import { jobStatuses } from '#local/batch/job/job-status.ts'
import type { Job } from '#local/batch/job/job.ts'
import { listedOfArray, listedOfQueue, pageSize } from '#local/batch/job/list-jobs.ts'

const reason = z.string().min(1).max(1024)
const end = z.looseObject({ jobId: z.string(), reason })
const endMany = z.looseObject({
  jobs: z.array(z.string()).min(1).max(batchLimits.endedAtOnce, `at most ${batchLimits.endedAtOnce} at once`),
  reason,
})
const describe = z.looseObject({
  jobs: z.array(z.string()).max(batchLimits.describedAtOnce, `at most ${batchLimits.describedAtOnce} at once`),
})
const list = z.looseObject({
  jobQueue: z.string().optional(),
  arrayJobId: z.string().optional(),
  jobStatus: z.enum(jobStatuses).optional(),
  maxResults: z.int().min(1).optional(),
  nextToken: z.string().optional(),
  filters: z.array(z.looseObject({ name: z.string(), values: z.array(z.string()) })).optional(),
})

export interface JobCallsOptions {
  readonly account: Account
  readonly cancel: (job: Job, reason: string) => void
  readonly terminate: (job: Job, reason: string) => void
}

/** Describe, list, cancel and terminate of jobs. */
export function jobCalls({ account, cancel, terminate }: JobCallsOptions): Calls {
  return {
    describejobs: (body): DescribeJobsResponse => {
      const { jobs = [] } = checked<DescribeJobsRequest>(describe, body)
      return { jobs: [...new Set(jobs)].flatMap((id) => account.jobs.get(id) ?? []).map(detailOf) }
    },
    listjobs: (body): ListJobsResponse => {
      const request = checked<ListJobsRequest>(list, body)
      without(request, ['multiNodeJobId'])
      const { jobQueue, arrayJobId, nextToken: token } = request
      if ((jobQueue === undefined) === (arrayJobId === undefined)) refuse('Give one of jobQueue and arrayJobId')
      const listed =
        arrayJobId === undefined
          ? listedOfQueue(account.jobs, queueOf(account, jobQueue as string).name, request)
          : listedOfArray(jobOf(account, arrayJobId), request)
      const order = arrayJobId === undefined ? ({ turn }: Job) => -turn : ({ turn }: Job) => turn
      const { items, nextToken } = pageOf(listed, order, { size: pageSize(request), token })
      return { jobSummaryList: items.map(summaryOf), nextToken }
    },
    canceljob: one(cancel),
    canceljobs: many(cancel),
    terminatejob: one(terminate),
    terminatejobs: many(terminate),
  }

  function one(act: (job: Job, reason: string) => void) {
    return (body: unknown) => {
      const { jobId = '', reason: why = '' } = checked<CancelJobRequest>(end, body)
      act(jobOf(account, jobId), why)
      return {}
    }
  }

  function many(act: (job: Job, reason: string) => void) {
    return (body: unknown): CancelJobsResponse => {
      const { jobs = [], reason: why = '' } = checked<CancelJobsRequest>(endMany, body)
      const found = jobs.map((id) => ({ id, job: account.jobs.get(id) }))
      for (const { job } of found) if (job !== undefined) act(job, why)
      return {
        successful: found.flatMap(({ id, job }) => (job === undefined ? [] : [id])),
        errors: found.flatMap(({ id, job }) =>
          job === undefined ? [{ job: id, code: 'ClientException', message: `Job ${id} does not exist` }] : [],
        ),
      }
    }
  }
}
