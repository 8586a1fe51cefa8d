import type {
  AttemptContainerDetail,
  AttemptDetail,
  ContainerDetail,
  JobDependency,
  PlatformCapability,
  RetryStrategy,
} from '@aws-sdk/client-batch'
import type { Resources } from '#core/workflow/workflow.ts'
import type { JobStatus } from '#local/batch/job/job-status.ts'
import type { TaskContainers } from '#local/batch/job/task-containers.ts'

/** What was submitted, with all that its definition says; the children of an array have it in common. */
export interface JobSpec {
  readonly name: string
  /** Name of the queue. */
  readonly queue: string
  readonly queueArn: string
  readonly definitionArn: string
  /** What runs. */
  readonly container: ContainerDetail
  /** Of a job with several containers. */
  readonly task: TaskContainers | undefined
  readonly resources: Resources
  /** Length of what the submission overrides, as ECS counts it. */
  readonly overrideChars: number
  readonly parameters: Readonly<Record<string, string>>
  readonly retry: RetryStrategy
  readonly timeoutS: number | undefined
  readonly share: string | undefined
  readonly priority: number
  readonly dependsOn: readonly JobDependency[]
  readonly tags: Record<string, string>
  readonly propagateTags: boolean
  readonly platformCapabilities: readonly PlatformCapability[]
}

/** A job from its submission on. Its status is changed by `JobLife` alone. */
export interface Job {
  readonly id: string
  readonly arn: string
  /** Its turn among all jobs. */
  readonly turn: number
  readonly spec: JobSpec
  readonly createdAtMs: number
  readonly array: ArrayPart | undefined
  status: JobStatus
  statusReason: string | undefined
  startedAtMs: number | undefined
  stoppedAtMs: number | undefined
  /** Attempts that have ended. */
  readonly attempts: AttemptDetail[]
  /** The container of the last attempt. */
  last: AttemptContainerDetail | undefined
  isCancelled: boolean
  isTerminated: boolean
  /** Why it is to end without a further attempt. */
  endReason: string | undefined
  /** Ids of the jobs that it still waits for. */
  readonly waitsFor: Set<string>
}

export type ArrayPart =
  | {
      readonly kind: 'parent'
      readonly size: number
      readonly children: Job[]
      readonly counts: Record<JobStatus, number>
    }
  | { readonly kind: 'child'; readonly index: number; readonly parent: Job }

/** A job that nothing has happened to yet. */
export function newJob(job: Pick<Job, 'id' | 'arn' | 'turn' | 'spec' | 'createdAtMs' | 'array' | 'status'>): Job {
  return {
    ...job,
    statusReason: undefined,
    startedAtMs: undefined,
    stoppedAtMs: undefined,
    attempts: [],
    last: undefined,
    isCancelled: false,
    isTerminated: false,
    endReason: undefined,
    waitsFor: new Set(),
  }
}
