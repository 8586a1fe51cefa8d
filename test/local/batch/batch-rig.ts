import type {
  DescribeComputeEnvironmentsResponse,
  DescribeJobsResponse,
  JobDetail,
  ListJobsRequest,
  ListJobsResponse,
  SubmitJobRequest,
} from '@aws-sdk/client-batch'
import { createBatchService, type BatchService, type BatchServiceOptions } from '#local/batch/batch-service.ts'
import type { JobEvent } from '#local/batch/events/job-event.ts'
import type { ContainerExit, ContainerRun } from '#local/batch/job-runner.ts'
import { createDrivenClock, type DrivenClock } from '../../builders/driven-clock.ts'

/** A Batch whose clock and containers a test drives. */
export interface BatchRig {
  readonly clock: DrivenClock
  readonly service: BatchService
  readonly events: readonly JobEvent[]
  readonly errors: readonly unknown[]
  /** Attempts that run now, by job. */
  readonly running: ReadonlyMap<string, ContainerRun>
  call<T = unknown>(name: string, body: unknown): T
  /** Submits to queue `q` and lets the job get as far as it can by itself. */
  submit(request?: Partial<SubmitJobRequest>): Promise<string>
  job(id: string): JobDetail
  statusOf(id: string): string
  list(request: ListJobsRequest): readonly string[]
  /** Ends the container of a job. */
  finish(id: string, exit?: number | ContainerExit): Promise<void>
  /** The states that events told of a job, in order. */
  told(id: string): readonly string[]
  desiredvCpus(environment: string): number
}

/** What an environment of hosts of 2 vCPUs needs. */
export const ec2 = {
  type: 'EC2',
  allocationStrategy: 'BEST_FIT_PROGRESSIVE',
  minvCpus: 0,
  maxvCpus: 4,
  instanceTypes: ['c7i.large'],
  subnets: ['subnet-1'],
  securityGroupIds: ['sg-1'],
  instanceRole: 'ecsInstanceRole',
}

export const containerProperties = {
  image: 'busybox',
  command: ['true'],
  resourceRequirements: [
    { type: 'VCPU' as const, value: '1' },
    { type: 'MEMORY' as const, value: '512' },
  ],
}

/**
 * With an environment `ce`, a queue `q` on it and a definition `d`, unless `isEmpty`. A container ends when it is told to,
 * unless `isStubborn`.
 */
export function batchRig({
  isEmpty = false,
  isStubborn = false,
  computeResources = {},
  ...options
}: Partial<BatchServiceOptions> & {
  readonly isEmpty?: boolean
  readonly isStubborn?: boolean
  readonly computeResources?: object
} = {}): BatchRig {
  const clock = createDrivenClock()
  const events: JobEvent[] = []
  const errors: unknown[] = []
  const running = new Map<string, ContainerRun>()
  const ends = new Map<string, (exit: ContainerExit) => void>()
  const service = createBatchService({
    clock,
    machine: { vcpus: 64, memoryMiB: 262_144, gpus: 8 },
    seed: 'rig',
    onEvent: async (event) => void events.push(event),
    onError: (error) => errors.push(error),
    emulation: () => ({ startDelay: { kind: 'fixed', seconds: 30 }, reclaim: { kind: 'never' } }),
    runContainer: (run, signal) => {
      const id = run.environment['AWS_BATCH_JOB_ID'] ?? ''
      running.set(id, run)
      return new Promise((resolve) => {
        const end = (exit: ContainerExit) => {
          running.delete(id)
          resolve(exit)
        }
        ends.set(id, end)
        if (!isStubborn) signal.addEventListener('abort', () => end({ exitCode: 137 }))
      })
    },
    ...options,
  })
  const call = <T>(name: string, body: unknown): T => {
    const found = service.calls[name]
    if (found === undefined) throw new Error(`there is no ${name}`)
    return found(body) as T
  }
  if (!isEmpty) {
    call('createcomputeenvironment', {
      computeEnvironmentName: 'ce',
      type: 'MANAGED',
      computeResources: { ...ec2, ...computeResources },
    })
    call('createjobqueue', {
      jobQueueName: 'q',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
    })
    call('registerjobdefinition', { jobDefinitionName: 'd', type: 'container', containerProperties })
  }
  const job = (id: string): JobDetail => {
    const found = call<DescribeJobsResponse>('describejobs', { jobs: [id] }).jobs?.[0]
    if (found === undefined) throw new Error(`there is no job ${id}`)
    return found
  }

  return {
    clock,
    service,
    events,
    errors,
    running,
    call,
    submit: async (request = {}) => {
      const { jobId } = call<{ jobId: string }>('submitjob', {
        jobName: 'j',
        jobQueue: 'q',
        jobDefinition: 'd',
        ...request,
      })
      await clock.advance(0)
      return jobId
    },
    job,
    statusOf: (id) => job(id).status ?? '',
    list: (request) => {
      const { jobSummaryList = [] } = call<ListJobsResponse>('listjobs', request)
      return jobSummaryList.map(({ jobId }) => jobId ?? '')
    },
    finish: async (id, exit = 0) => {
      const end = ends.get(id)
      if (end === undefined || !running.has(id)) throw new Error(`${id} does not run`)
      end(typeof exit === 'number' ? { exitCode: exit } : exit)
      await clock.advance(0)
    },
    told: (id) => events.filter(({ detail }) => detail.jobId === id).map(({ detail }) => detail.status ?? ''),
    desiredvCpus: (environment) => {
      const request = { computeEnvironments: [environment] }
      const { computeEnvironments } = call<DescribeComputeEnvironmentsResponse>('describecomputeenvironments', request)
      return computeEnvironments?.[0]?.computeResources?.desiredvCpus ?? 0
    },
  }
}
