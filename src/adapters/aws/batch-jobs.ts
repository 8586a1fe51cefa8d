import {
  type BatchClient,
  DescribeJobsCommand,
  type JobDetail,
  type JobSummary,
  ListJobsCommand,
  TerminateJobsCommand,
} from '@aws-sdk/client-batch'
import { batchJobName } from '#adapters/aws/batch-job-name.ts'
import { inLanes } from '#adapters/aws/batch-lanes.ts'
import { maxTries, repeated } from '#adapters/aws/batch-retries.ts'
import type { LogPlace } from '#adapters/aws/cloudwatch-live-logs.ts'
import { fullJitter } from '#adapters/aws/full-jitter.ts'
import { type BatchJob, readBatchJob } from '#contract/batch-job.ts'

/** What one request takes. */
const describedAtOnce = 100
const endedAtOnce = 50
const reasonLength = 1024

/** Jobs whose ids are remembered, so that nobody has to look for them. */
const remembered = 10_000
const lanes = 8

/** A job of a clone, and what Batch calls it. */
export interface FoundJob extends BatchJob {
  readonly id: string
  /** Where its container's lines are collected; `null`: it has not started. */
  readonly log: LogPlace | null
}

/**
 * Jobs of clones by their own names, in the queues that they are submitted to. A name stands for its job that lives, or the newest that
 * has ended. There may be two that live where a submission arrived that was taken for lost; one of them gets the clone's lease.
 */
export class BatchJobs {
  readonly #client: BatchClient
  readonly #queues: readonly string[]
  /** The job of each name that this process has met; `null` where there may be two. */
  readonly #ids = new Map<string, string | null>()

  constructor(client: BatchClient, queues: readonly string[]) {
    this.#client = client
    this.#queues = queues
  }

  /** The job of a name, if this process has met one. */
  async met(job: string): Promise<FoundJob | undefined> {
    return this.#ids.has(job) ? (await this.find([job]))[0] : undefined
  }

  /** Remembers the newest job of a name; `null`: there may be two. */
  meet(job: string, id: string | null): void {
    this.#ids.delete(job)
    this.#ids.set(job, id)
    const [oldest] = this.#ids.keys()
    if (this.#ids.size > remembered && oldest !== undefined) this.#ids.delete(oldest)
  }

  /** The job that came of one act of submission, if one did. */
  async submitted(job: string, queue: string, submission: string): Promise<FoundJob | undefined> {
    const listed = await this.#listed(job, queue)
    const found = await this.#describe(listed.flatMap(({ jobId }) => jobId ?? []))
    return found.find((one) => one.submission === submission)
  }

  /** The jobs of names, in their order; names without one are passed over. */
  async find(jobs: readonly string[]): Promise<readonly FoundJob[]> {
    const ids = await this.#idsOf(jobs)
    return this.#describe(ids.flatMap(([first]) => first ?? []))
  }

  /** Ends the jobs of names, where there are two both. */
  async terminate(jobs: readonly string[], reason: string): Promise<void> {
    const ids = (await this.#idsOf(jobs)).flat()
    const why = reason.slice(0, reasonLength)
    for (let at = 0; at < ids.length; at += endedAtOnce) await this.#terminate(ids.slice(at, at + endedAtOnce), why)
  }

  async #terminate(ids: readonly string[], reason: string): Promise<void> {
    let left = [...ids]
    for (let tries = 1; left.length > 0; tries += 1) {
      const request = new TerminateJobsCommand({ jobs: left, reason })
      const { errors = [] } = await repeated(() => this.#client.send(request))
      const denied = errors.find(({ code }) => code?.startsWith('AccessDenied'))
      if (denied !== undefined) throw new Error(`job ${denied.job} is not to be ended: ${denied.message}`)
      left = errors.filter(({ code }) => passing.has(code ?? '')).flatMap(({ job }) => job ?? [])
      if (left.length > 0 && tries === maxTries) throw new Error(`${left.length} jobs could not be ended`)
      if (left.length > 0) await fullJitter(tries)
    }
  }

  async #idsOf(jobs: readonly string[]): Promise<readonly (readonly string[])[]> {
    return inLanes([...new Set(jobs)], lanes, async (job) => {
      const id = this.#ids.get(job)
      return id == null ? this.#look(job) : [id]
    })
  }

  /** Looks for a name in each queue: whoever asks does not know which one it went to. All that live, or else the newest. */
  async #look(job: string): Promise<readonly string[]> {
    const listed: JobSummary[] = []
    for (const queue of this.#queues) listed.push(...(await this.#listed(job, queue)))
    const newestFirst = listed.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))
    const living = newestFirst.filter(({ status }) => status !== 'SUCCEEDED' && status !== 'FAILED')
    const jobs = living.length > 0 ? living : newestFirst.slice(0, 1)
    const ids = jobs.flatMap(({ jobId }) => jobId ?? [])
    const [id] = ids
    if (id !== undefined && this.#ids.get(job) !== null) this.meet(job, ids.length === 1 ? id : null)
    return ids
  }

  /** All jobs of a name in a queue, in whatever state. */
  async #listed(job: string, jobQueue: string): Promise<readonly JobSummary[]> {
    const name = batchJobName(job)
    const found: JobSummary[] = []
    let nextToken: string | undefined
    do {
      const request = { jobQueue, filters: [{ name: 'JOB_NAME', values: [name] }], nextToken }
      const page = await repeated(() => this.#client.send(new ListJobsCommand(request)))
      // Batch finds names whatever their case.
      found.push(...(page.jobSummaryList ?? []).filter(({ jobName }) => jobName === name))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    return found
  }

  async #describe(ids: readonly string[]): Promise<readonly FoundJob[]> {
    const details = new Map<string, JobDetail>()
    for (let at = 0; at < ids.length; at += describedAtOnce) {
      const request = new DescribeJobsCommand({ jobs: ids.slice(at, at + describedAtOnce) })
      const { jobs = [] } = await repeated(() => this.#client.send(request))
      for (const detail of jobs) details.set(detail.jobId ?? '', detail)
    }
    return ids.flatMap((id) => {
      const detail = details.get(id)
      const job = detail && readBatchJob(detail)
      return job === undefined ? [] : [{ ...job, id, log: logOf(detail) }]
    })
  }
}

/** Errors of one job among many that another try may mend. */
const passing: ReadonlySet<string> = new Set(['ThrottlingException', 'ServerException'])

/** Where a container without settings of its own is logged. */
const usualLogGroup = '/aws/batch/job'

function logOf(detail: JobDetail | undefined): LogPlace | null {
  const stream = detail?.container?.logStreamName
  if (stream === undefined) return null
  return { group: detail?.container?.logConfiguration?.options?.['awslogs-group'] ?? usualLogGroup, stream }
}
