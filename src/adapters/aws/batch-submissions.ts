import { randomUUID } from 'node:crypto'
import { type BatchClient, SubmitJobCommand, type SubmitJobCommandInput } from '@aws-sdk/client-batch'
import type { BatchContainer } from '#adapters/aws/batch-container.ts'
import { BatchDefinitions, type BatchPlatform } from '#adapters/aws/batch-definitions.ts'
import { batchJobName } from '#adapters/aws/batch-job-name.ts'
import type { BatchJobs } from '#adapters/aws/batch-jobs.ts'
import type { BatchPace } from '#adapters/aws/batch-pace.ts'
import { failureOf, maxTries } from '#adapters/aws/batch-retries.ts'
import type { Together } from '#adapters/aws/batch-together.ts'
import { sizeOverrides } from '#adapters/aws/ecs-properties.ts'
import { fullJitter } from '#adapters/aws/full-jitter.ts'
import { type BatchArray, batchEnvironment, batchParameters } from '#contract/batch-job.ts'
import { beyondLimitS } from '#core/pools/cost.ts'
import { sizeOn } from '#core/pools/size.ts'
import type { Task } from '#core/workflow/workflow.ts'
import type { JobRequest } from '#ports/pools.ts'

/** What a clone is started with, beyond what its request says. */
export interface BatchLaunch {
  readonly image: string
  /** What it may read that others of its run may not: a command could take the token of its array, so all there may have the same. */
  readonly secrets?: Task['secrets']
  /** Whose it is among those that share the queue, and its order among theirs (0–9999); only for a queue with a policy. */
  readonly share?: { readonly id: string; readonly priority: number }
}

/** Issues what jobs may call their control plane with: one its own, the children of an array what they complete. */
export type TokenOf = (whose: Pick<JobRequest, 'job' | 'slot'> | BatchArray) => Promise<string>

/** What a submission came to. */
export interface Submitted {
  readonly id: string
  /** Whether no try before was lost that may still arrive. */
  readonly isSole: boolean
}

/** Where a job goes. */
export interface BatchTarget {
  /** Name or ARN. */
  readonly queue: string
  readonly platform: BatchPlatform
  readonly container: BatchContainer
}

/** The least that Batch takes. */
const leastTimeoutS = 60

/**
 * Submits jobs of clones, and arrays of them. Batch knows no token of a request: what a submission came to that was not answered is looked up by the job's
 * name, and by what this act alone put into it.
 */
export class BatchSubmissions {
  readonly #client: BatchClient
  readonly #jobs: BatchJobs
  readonly #pace: BatchPace
  readonly #tokenOf: TokenOf
  readonly #definitions: BatchDefinitions

  constructor(client: BatchClient, jobs: BatchJobs, pace: BatchPace, tokenOf: TokenOf) {
    this.#client = client
    this.#jobs = jobs
    this.#pace = pace
    this.#tokenOf = tokenOf
    this.#definitions = new BatchDefinitions(client)
  }

  /** Submits a job, or an array of them, once, as far as answers tell. @throws when the platform has no such size, or Batch refuses it. */
  async submit(
    { name, like, array }: Together,
    launch: BatchLaunch,
    { queue, platform, container }: BatchTarget,
  ): Promise<Submitted> {
    const size = sizeOn(platform, like.resources)
    if (!size.ok) throw new Error(`${name}: ${size.error}`)
    const jobDefinition = await this.#definitions.nameOf({ image: launch.image, platform, container })
    const submission = randomUUID()
    const { job, slot, pool } = like
    const whose = array === null ? { job, slot } : { array: array.array, run: array.run, members: array.members }
    const input: SubmitJobCommandInput = {
      jobName: batchJobName(name),
      jobQueue: queue,
      jobDefinition,
      parameters: batchParameters({ ...whose, pool }, submission),
      retryStrategy: { attempts: 1 },
      ...(array && { arrayProperties: { size: array.size } }),
      ...(like.timeoutS !== null && { timeout: { attemptDurationSeconds: outerLimitS(like.timeoutS) } }),
      ...(launch.share && { shareIdentifier: launch.share.id, schedulingPriorityOverride: launch.share.priority }),
      ...sizeOverrides(container, size.value, [
        { name: batchEnvironment[array === null ? 'clone' : 'array'], value: JSON.stringify(whose) },
        { name: batchEnvironment.token, value: await this.#tokenOf(whose) },
      ]),
    }
    try {
      return await this.#send(input, () => this.#jobs.submitted(name, queue, submission))
    } catch (error) {
      this.#definitions.forget(jobDefinition)
      throw error
    }
  }

  /** Each try counts against the rate. */
  async #send(input: SubmitJobCommandInput, adopted: () => Promise<string | undefined>): Promise<Submitted> {
    let isSole = true
    for (let tries = 1; ; tries += 1) {
      try {
        const { jobId } = await this.#pace.send(() => this.#client.send(new SubmitJobCommand(input)))
        if (jobId === undefined) throw new Error(`${input.jobName} was submitted, and has no id`)
        return { id: jobId, isSole }
      } catch (error) {
        const failure = failureOf(error)
        if (failure === 'refused') throw error
        await fullJitter(tries)
        const found = failure === 'unclear' ? await adopted() : undefined
        if (found !== undefined) return { id: found, isSole }
        if (failure === 'unclear') isSole = false
        if (tries === maxTries) throw error
      }
    }
  }
}

/** Batch ends what its agent did not: later than the agent, and than the timer of the control plane. */
export function outerLimitS(timeoutS: number): number {
  return Math.max(leastTimeoutS, Math.ceil(timeoutS + beyondLimitS))
}
