import {
  type BatchClient,
  DescribeJobsCommand,
  type JobDetail,
  type JobSummary,
  ListJobsCommand,
  TerminateJobsCommand,
} from '@aws-sdk/client-batch'
import { batchJobName } from '#adapters/aws/batch-job-name.ts'
import { maxTries, repeated } from '#adapters/aws/batch-retries.ts'
import type { LogPlace } from '#adapters/aws/cloudwatch-live-logs.ts'
import { fullJitter } from '#adapters/aws/full-jitter.ts'
import { type BatchJob, readBatchJob, submissionOf } from '#contract/batch-job.ts'
import { arrayPartOf } from '#core/dispatch/job-names.ts'
import { inLanes } from '#core/in-lanes.ts'

/** What one request takes. */
const describedAtOnce = 100
const endedAtOnce = 50
const reasonLength = 1024

/** Names whose ids are remembered, so that nobody has to look for them: of jobs, and of arrays. */
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
 * has ended. There may be two that live where a submission arrived that was taken for lost; one of them gets the clone's lease. The
 * children of an array are found by the name of that and their index, which make up their names.
 */
export class BatchJobs {
  readonly #client: BatchClient
  readonly #queues: readonly string[]
  /** The job, or array, of each name that this process has met; `null` where there may be two. */
  readonly #ids = new Map<string, string | null>()

  constructor(client: BatchClient, queues: readonly string[]) {
    this.#client = client
    this.#queues = queues
  }

  /** The jobs of names, as far as this process has met them. */
  async met(jobs: readonly string[]): Promise<readonly FoundJob[]> {
    return this.find(jobs.filter((job) => this.#ids.has(submittedAs(job))))
  }

  /** Remembers the newest job, or array, that was submitted under a name; `null`: there may be two. */
  meet(name: string, id: string | null): void {
    this.#ids.delete(name)
    this.#ids.set(name, id)
    const [oldest] = this.#ids.keys()
    if (this.#ids.size > remembered && oldest !== undefined) this.#ids.delete(oldest)
  }

  /** The id of what came of one act of submission, if anything did. */
  async submitted(name: string, queue: string, submission: string): Promise<string | undefined> {
    const listed = await this.#listed(name, queue)
    const details = await this.#details(listed.flatMap(({ jobId }) => jobId ?? []))
    return [...details.values()].find((detail) => submissionOf(detail) === submission)?.jobId
  }

  /** The jobs of names, in their order; names without one are passed over. */
  async find(jobs: readonly string[]): Promise<readonly FoundJob[]> {
    const ids = (await this.#idsOf(jobs)).map((candidates) => candidates.map((id) => ({ id, ...partOfArray(id) })))
    const details = await this.#details(ids.flat().map(({ id }) => id))
    // The children of an array come some time after it, or never if it was ended before.
    const unborn = ids.flat().flatMap(({ id, parent }) => (parent === undefined || details.has(id) ? [] : [parent]))
    const parents = await this.#details([...new Set(unborn)])
    return ids.flatMap((candidates) => {
      const found = candidates.flatMap(({ id, parent = '', index }) => {
        const detail = details.get(id) ?? asChild(parents.get(parent), id, index)
        return foundIn(detail) ?? []
      })
      return found.find(({ ended }) => ended === null) ?? found[0] ?? []
    })
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

  /** Where there may be two, the newest comes first. */
  async #idsOf(jobs: readonly string[]): Promise<readonly (readonly string[])[]> {
    const names = [...new Set(jobs.map(submittedAs))]
    const found = await inLanes(names, lanes, async (name) => {
      const id = this.#ids.get(name)
      return id == null ? this.#look(name) : [id]
    })
    const byName = new Map(names.map((name, at) => [name, found[at] ?? []]))
    return [...new Set(jobs)].map((job) => {
      const part = arrayPartOf(job)
      const ids = byName.get(submittedAs(job)) ?? []
      return part === undefined ? ids : ids.map((id) => `${id}:${part.index}`)
    })
  }

  /** Looks for a name in each queue: whoever asks does not know which one it went to. All that live, or else the newest. */
  async #look(name: string): Promise<readonly string[]> {
    const listed: JobSummary[] = []
    for (const queue of this.#queues) listed.push(...(await this.#listed(name, queue)))
    const newestFirst = listed.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))
    const living = newestFirst.filter(({ status }) => status !== 'SUCCEEDED' && status !== 'FAILED')
    const jobs = living.length > 0 ? living : newestFirst.slice(0, 1)
    const ids = jobs.flatMap(({ jobId }) => jobId ?? [])
    const [id] = ids
    if (id !== undefined && this.#ids.get(name) !== null) this.meet(name, ids.length === 1 ? id : null)
    return ids
  }

  /** All jobs and arrays of a name in a queue, in whatever state. */
  async #listed(of: string, jobQueue: string): Promise<readonly JobSummary[]> {
    const name = batchJobName(of)
    const found: JobSummary[] = []
    let nextToken: string | undefined
    do {
      const request = { jobQueue, filters: [{ name: 'JOB_NAME', values: [name] }], nextToken }
      const page = await repeated(() => this.#client.send(new ListJobsCommand(request)))
      // Batch finds names whatever their case. Children have the name of their array, and are none of those that were submitted.
      const submitted = (page.jobSummaryList ?? []).filter(({ jobId }) => jobId?.includes(':') === false)
      found.push(...submitted.filter(({ jobName }) => jobName === name))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    return found
  }

  async #details(ids: readonly string[]): Promise<ReadonlyMap<string, JobDetail>> {
    const details = new Map<string, JobDetail>()
    for (let at = 0; at < ids.length; at += describedAtOnce) {
      const request = new DescribeJobsCommand({ jobs: ids.slice(at, at + describedAtOnce) })
      const { jobs = [] } = await repeated(() => this.#client.send(request))
      for (const detail of jobs) details.set(detail.jobId ?? '', detail)
    }
    return details
  }
}

/** What a job was submitted as: itself, or its array. */
function submittedAs(job: string): string {
  return arrayPartOf(job)?.array ?? job
}

/** The array that an id of a child is of, as Batch writes it. */
function partOfArray(id: string): { readonly parent?: string; readonly index?: number } {
  const [, parent, index] = /^(.+):(\d+)$/.exec(id) ?? []
  return parent === undefined ? {} : { parent, index: Number(index) }
}

/** What is known of a child that is not there, by its array: it waits if that lives, and ended as that did if not. */
function asChild(parent: JobDetail | undefined, jobId: string, index: number | undefined): JobDetail | undefined {
  return parent && index !== undefined ? { ...parent, jobId, arrayProperties: { index } } : undefined
}

/** `undefined`: it is no clone's. */
function foundIn(detail: JobDetail | undefined): FoundJob | undefined {
  const job = detail && readBatchJob(detail)
  return job && { ...job, id: detail.jobId ?? '', log: logOf(detail) }
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
