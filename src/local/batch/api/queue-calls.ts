import type {
  ComputeEnvironmentOrder,
  CreateJobQueueRequest,
  CreateJobQueueResponse,
  DeleteJobQueueRequest,
  DescribeJobQueuesRequest,
  DescribeJobQueuesResponse,
  UpdateJobQueueRequest,
  UpdateJobQueueResponse,
} from '@aws-sdk/client-batch'
import { z } from 'zod'
import { type Account, environmentOf, isFargate, queueOf } from '#local/batch/account.ts'
import type { Calls } from '#local/batch/api/call.ts'
import { pageOf } from '#local/batch/api/page.ts'
import {
  checked,
  described,
  describedNames,
  resourceName,
  state,
  tags,
  whole,
  without,
} from '#local/batch/api/shapes.ts'
import { arnOf, nameIn } from '#local/batch/arns.ts'
import { refuse } from '#local/batch/batch-fault.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'
import { isOver } from '#local/batch/job/job-status.ts'
import type { Job } from '#local/batch/job/job.ts'
import { reasons } from '#local/batch/job/status-reasons.ts'
import { newQueue, type Queue } from '#local/batch/queue/queue.ts'

const order = z
  .array(z.looseObject({ order: z.int(), computeEnvironment: z.string() }))
  .min(1)
  .max(batchLimits.environmentsOfQueue, `at most ${batchLimits.environmentsOfQueue} compute environments`)
const timeLimits = z.array(
  z.looseObject({
    reason: z.enum([
      'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
      'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
      'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
    ]),
    state: z.enum(['RUNNABLE']),
    maxTimeSeconds: whole(600, 86_400),
    action: z.enum(['CANCEL']),
  }),
)
const settings = {
  state: state.optional(),
  schedulingPolicyArn: z.string().optional(),
  jobStateTimeLimitActions: timeLimits.optional(),
}
const create = z.looseObject({
  ...settings,
  jobQueueName: resourceName,
  priority: z.int().min(0),
  computeEnvironmentOrder: order,
  tags: tags.optional(),
})
const update = z.looseObject({
  ...settings,
  jobQueue: z.string(),
  priority: z.int().min(0).optional(),
  computeEnvironmentOrder: order.optional(),
})
const about = z.looseObject({ jobQueue: z.string() })
const describe = z.looseObject({ ...described, jobQueues: describedNames.optional() })
const elsewhere = ['serviceEnvironmentOrder']

export interface QueueCallsOptions {
  readonly account: Account
  /** Ends a job in whatever state it is. */
  readonly terminate: (job: Job, reason: string) => void
  /** Jobs may find places now. */
  readonly onChange: () => void
}

/** Create, describe, update and delete of job queues. */
export function queueCalls({ account, terminate, onChange }: QueueCallsOptions): Calls {
  const { queues, policies, place, nextTurn } = account
  return {
    createjobqueue: (body): CreateJobQueueResponse => {
      const request = checked<CreateJobQueueRequest>(create, body)
      without(request, elsewhere)
      const name = request.jobQueueName as string
      if (queues.has(name)) refuse(`Object already exists`)
      if (queues.size >= batchLimits.queues) refuse(`You have reached the limit of ${batchLimits.queues} job queues`)
      if (request.schedulingPolicyArn !== undefined) checkPolicy(request.schedulingPolicyArn)
      const jobQueueArn = arnOf(place, 'job-queue', name)
      const detail: Queue['detail'] = {
        jobQueueName: name,
        jobQueueArn,
        state: request.state ?? 'ENABLED',
        status: 'VALID',
        statusReason: 'JobQueue Healthy',
        priority: request.priority as number,
        computeEnvironmentOrder: ordered(request.computeEnvironmentOrder ?? []),
        tags: request.tags ?? {},
        schedulingPolicyArn: request.schedulingPolicyArn,
        jobStateTimeLimitActions: request.jobStateTimeLimitActions,
      }
      queues.set(name, newQueue(name, nextTurn(), detail))
      return { jobQueueName: name, jobQueueArn }
    },
    describejobqueues: (body): DescribeJobQueuesResponse => {
      const request = checked<DescribeJobQueuesRequest>(describe, body)
      const named = request.jobQueues?.flatMap((one) => queues.get(nameIn(one)) ?? [])
      const page = { size: request.maxResults ?? batchLimits.describedAtOnce, token: request.nextToken }
      const { items, nextToken } = pageOf(named ?? [...queues.values()], ({ turn }) => turn, page)
      return { jobQueues: items.map(({ detail }) => detail), nextToken }
    },
    updatejobqueue: (body): UpdateJobQueueResponse => {
      const request = checked<UpdateJobQueueRequest>(update, body)
      without(request, elsewhere)
      const { detail } = queueOf(account, request.jobQueue as string)
      const { schedulingPolicyArn, computeEnvironmentOrder } = request
      if (schedulingPolicyArn !== undefined) {
        if (detail.schedulingPolicyArn === undefined) refuse('A FIFO job queue cannot have a scheduling policy added')
        checkPolicy(schedulingPolicyArn)
        detail.schedulingPolicyArn = schedulingPolicyArn
      }
      if (computeEnvironmentOrder !== undefined) detail.computeEnvironmentOrder = ordered(computeEnvironmentOrder)
      detail.state = request.state ?? detail.state
      detail.priority = request.priority ?? detail.priority
      detail.jobStateTimeLimitActions = request.jobStateTimeLimitActions ?? detail.jobStateTimeLimitActions
      onChange()
      return { jobQueueName: detail.jobQueueName, jobQueueArn: detail.jobQueueArn }
    },
    deletejobqueue: (body) => {
      const { jobQueue = '' } = checked<DeleteJobQueueRequest>(about, body)
      const queue = queues.get(nameIn(jobQueue))
      if (queue === undefined) return {}
      if (queue.detail.state !== 'DISABLED') refuse('Cannot delete, state must be DISABLED')
      for (const job of account.jobs.values()) {
        if (job.spec.queue === queue.name && !isOver(job.status)) terminate(job, reasons.queueDeleted)
      }
      queues.delete(queue.name)
      return {}
    },
  }

  function checkPolicy(arn: string): void {
    if (!policies.has(arn)) refuse(`Scheduling policy ${arn} does not exist`)
  }

  /** With ARNs. @throws BatchFault unless all are valid, and all hosts or all Fargate. */
  function ordered(given: readonly ComputeEnvironmentOrder[]): ComputeEnvironmentOrder[] {
    const environments = given.map(({ computeEnvironment = '' }) => environmentOf(account, computeEnvironment))
    for (const { name, detail } of environments) {
      if (detail.status !== 'VALID' && detail.status !== 'UPDATING') refuse(`${name} is not VALID`)
    }
    const kinds = new Set(environments.map(({ detail }) => isFargate(detail.computeResources)))
    if (kinds.size > 1) refuse('EC2 and Fargate compute environments cannot be mixed')
    if (new Set(given.map((one) => one.order)).size < given.length) refuse('Each order may be given once')
    return given.map((one, index) => ({
      order: one.order,
      computeEnvironment: environments[index]?.detail.computeEnvironmentArn,
    }))
  }
}
