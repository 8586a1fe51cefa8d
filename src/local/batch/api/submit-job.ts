import type { JobDependency, SubmitJobRequest, SubmitJobResponse } from '@aws-sdk/client-batch'
import { z } from 'zod'
import { type Account, environmentOf, isFargate, jobOf, queueOf } from '#local/batch/account.ts'
import { activeDefinition } from '#local/batch/api/definition-calls.ts'
import {
  checked,
  container,
  parameters,
  resourceName,
  retryStrategy,
  share,
  tags,
  timeout,
  whole,
  without,
} from '#local/batch/api/shapes.ts'
import { arnOf } from '#local/batch/arns.ts'
import { BatchFault, refuse } from '#local/batch/batch-fault.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'
import { containerOf } from '#local/batch/job/container.ts'
import { arrayOf, type JobLife } from '#local/batch/job/job-life.ts'
import { isOver } from '#local/batch/job/job-status.ts'
import { newJob, type JobSpec } from '#local/batch/job/job.ts'
import { resourcesOf } from '#local/batch/job/resources.ts'
import { taskContainersOf } from '#local/batch/job/task-containers.ts'
import type { Queue } from '#local/batch/queue/queue.ts'
import { TokenBucket } from '#local/batch/token-bucket.ts'

const shape = z.looseObject({
  jobName: resourceName,
  jobQueue: z.string(),
  jobDefinition: z.string(),
  shareIdentifier: share.optional(),
  schedulingPriorityOverride: whole(0, 9999).optional(),
  arrayProperties: z.looseObject({ size: whole(batchLimits.arrayMin, batchLimits.arrayMax) }).optional(),
  dependsOn: z
    .array(z.looseObject({ jobId: z.string().optional(), type: z.enum(['N_TO_N', 'SEQUENTIAL']).optional() }))
    .max(batchLimits.dependencies)
    .optional(),
  parameters: parameters.optional(),
  containerOverrides: z.looseObject(container).optional(),
  ecsPropertiesOverride: z
    .looseObject({
      taskProperties: z
        .array(z.looseObject({ containers: z.array(z.looseObject(container)).optional() }))
        .max(1)
        .optional(),
    })
    .optional(),
  retryStrategy: retryStrategy.optional(),
  timeout: timeout.optional(),
  propagateTags: z.boolean().optional(),
  tags: tags.optional(),
})
const elsewhere = ['nodeOverrides', 'eksPropertiesOverride', 'consumableResourcePropertiesOverride']

export interface SubmitJobOptions {
  readonly account: Account
  readonly life: JobLife
  readonly newJobId: () => string
  readonly submitsPerS: number
}

/** SubmitJob: a job that is looked at soon after the answer. */
export function submitJob({
  account,
  life,
  newJobId,
  submitsPerS,
}: SubmitJobOptions): (body: unknown) => SubmitJobResponse {
  const { clock, place, nextTurn } = account
  const bucket = new TokenBucket(submitsPerS)
  return (body) => {
    if (!bucket.take(clock.nowMs())) throw new BatchFault('TooManyRequestsException', 'Too Many Requests')
    const kib = Math.ceil(Buffer.byteLength(JSON.stringify(body)) / 1024)
    if (kib > batchLimits.submitKiB) refuse(`Job size must be less than ${batchLimits.submitKiB} KiB, got ${kib} KiB`)
    const request = checked<SubmitJobRequest>(shape, body)
    without(request, elsewhere)
    forgetOldJobs(account)
    const spec = specOf(account, request)
    const id = newJobId()
    const size = request.arrayProperties?.size
    const job = newJob({
      id,
      arn: arnOf(place, 'job', id),
      turn: nextTurn(),
      spec,
      createdAtMs: clock.nowMs(),
      array: size === undefined ? undefined : arrayOf(size),
      status: 'SUBMITTED',
    })
    life.admit(job)
    clock.at(clock.nowMs(), () => life.evaluate(job))
    return { jobArn: job.arn, jobName: spec.name, jobId: id }
  }
}

function specOf(account: Account, request: SubmitJobRequest): JobSpec {
  const queue = queueOf(account, request.jobQueue as string)
  if (queue.detail.state !== 'ENABLED') refuse(`Job queue ${queue.name} is DISABLED`)
  checkShare(queue, request.shareIdentifier)
  const { detail: definition } = activeDefinition(account, request.jobDefinition as string)
  const { platformCapabilities = ['EC2'], jobDefinitionArn = '' } = definition
  const onFargate = platformCapabilities[0] === 'FARGATE'
  if (onFargate !== isFargateQueue(account, queue)) {
    refuse(`The platform capabilities of ${jobDefinitionArn} are not those of job queue ${queue.name}`)
  }
  const all = { ...definition.parameters, ...request.parameters }
  const { ecsProperties, containerProperties = {} } = definition
  const { containerOverrides = {}, ecsPropertiesOverride } = request
  if (ecsProperties !== undefined && request.containerOverrides !== undefined) {
    refuse('Container overrides should not be set for a job definition with ecsProperties')
  }
  if (ecsProperties === undefined && ecsPropertiesOverride !== undefined) {
    refuse('ECS properties overrides should not be set for a job definition without ecsProperties')
  }
  const task = ecsProperties && taskContainersOf(ecsProperties, ecsPropertiesOverride ?? {}, all)
  const built = task?.container ?? containerOf(containerProperties, containerOverrides, all)
  const dependsOn = request.dependsOn ?? []
  for (const dependency of dependsOn) checkDependency(account, dependency, request.arrayProperties?.size)
  return {
    name: request.jobName as string,
    queue: queue.name,
    queueArn: queue.detail.jobQueueArn,
    definitionArn: jobDefinitionArn,
    container: built,
    task,
    resources: resourcesOf(built, onFargate),
    overrideChars: JSON.stringify(ecsPropertiesOverride ?? containerOverrides).length,
    parameters: all,
    retry: { attempts: 1, evaluateOnExit: [], ...(request.retryStrategy ?? definition.retryStrategy) },
    timeoutS: (request.timeout ?? definition.timeout)?.attemptDurationSeconds,
    share: request.shareIdentifier,
    priority: request.schedulingPriorityOverride ?? definition.schedulingPriority ?? 0,
    dependsOn,
    tags: { ...request.tags },
    propagateTags: request.propagateTags ?? definition.propagateTags ?? false,
    platformCapabilities,
  }
}

function checkShare({ detail, name, shares }: Queue, given: string | undefined): void {
  if (detail.schedulingPolicyArn === undefined) {
    if (given !== undefined) refuse(`Job queue ${name} has no scheduling policy: shareIdentifier cannot be given`)
    return
  }
  if (given === undefined) refuse(`Job queue ${name} has a scheduling policy: shareIdentifier must be given`)
  if (!shares.has(given) && shares.size >= batchLimits.sharesOfQueue) {
    refuse(`Job queue ${name} has ${batchLimits.sharesOfQueue} active share identifiers`)
  }
}

function isFargateQueue(account: Account, { detail }: Queue): boolean {
  const [first] = detail.computeEnvironmentOrder
  return (
    first?.computeEnvironment !== undefined &&
    isFargate(environmentOf(account, first.computeEnvironment).detail.computeResources)
  )
}

function checkDependency(account: Account, { jobId, type }: JobDependency, size: number | undefined): void {
  if (type === 'SEQUENTIAL') {
    if (size === undefined) refuse('A SEQUENTIAL dependency is for array jobs')
    return
  }
  if (jobId === undefined) refuse('A dependency must have a jobId')
  const { array } = jobOf(account, jobId)
  if (type === 'N_TO_N' && (size === undefined || array?.kind !== 'parent' || array.size !== size)) {
    refuse('An N_TO_N dependency is between array jobs of the same size')
  }
}

/** Those that ended longer ago than AWS remembers, from the oldest on. */
function forgetOldJobs({ jobs, clock }: Account): void {
  const beforeMs = clock.nowMs() - batchLimits.endedKeptMs
  for (const job of jobs.values()) {
    if (!isOver(job.status) || (job.stoppedAtMs ?? 0) > beforeMs) return
    jobs.delete(job.id)
  }
}
