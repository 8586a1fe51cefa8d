import type { JobDetail, JobSummary } from '@aws-sdk/client-batch'
import type { Job } from '#local/batch/job/job.ts'
import { taskDetail } from '#local/batch/job/task-containers.ts'

/** A job as DescribeJobs and its events tell it. As in AWS, `startedAt` is left out until it has started. */
export function detailOf(job: Job): JobDetail {
  const { spec } = job
  return {
    jobArn: job.arn,
    jobName: spec.name,
    jobId: job.id,
    jobQueue: spec.queueArn,
    status: job.status,
    attempts: job.attempts,
    statusReason: job.statusReason,
    createdAt: job.createdAtMs,
    retryStrategy: spec.retry,
    startedAt: job.startedAtMs,
    stoppedAt: job.stoppedAtMs,
    dependsOn: [...spec.dependsOn],
    jobDefinition: spec.definitionArn,
    parameters: { ...spec.parameters },
    ...containersOf(job),
    timeout: spec.timeoutS === undefined ? undefined : { attemptDurationSeconds: spec.timeoutS },
    tags: spec.tags,
    propagateTags: spec.propagateTags,
    platformCapabilities: [...spec.platformCapabilities],
    shareIdentifier: spec.share,
    schedulingPriority: spec.share === undefined ? undefined : spec.priority,
    ...arrayDetail(job),
    isCancelled: job.isCancelled,
    isTerminated: job.isTerminated,
  }
}

/** Parents of arrays have no container of their own. */
function containersOf({ spec, last, array }: Job): Pick<JobDetail, 'container' | 'ecsProperties'> {
  const own = array?.kind === 'parent' ? undefined : last
  return spec.task === undefined
    ? { container: { ...spec.container, ...own } }
    : { ecsProperties: taskDetail(spec.task, own) }
}

/** A job as ListJobs tells it. */
export function summaryOf(job: Job): JobSummary {
  const { spec, last } = job
  return {
    jobArn: job.arn,
    jobId: job.id,
    jobName: spec.name,
    createdAt: job.createdAtMs,
    status: job.status,
    statusReason: job.statusReason,
    startedAt: job.startedAtMs,
    stoppedAt: job.stoppedAtMs,
    container: last && { exitCode: last.exitCode, reason: last.reason },
    jobDefinition: spec.definitionArn,
    shareIdentifier: spec.share,
    ...arrayDetail(job),
    ...(job.isCancelled && { isCancelled: true }),
    ...(job.isTerminated && { isTerminated: true }),
  }
}

function arrayDetail({ array }: Job): Pick<JobDetail, 'arrayProperties'> {
  if (array === undefined) return {}
  if (array.kind === 'child') return { arrayProperties: { index: array.index } }
  return { arrayProperties: { size: array.size, statusSummary: { ...array.counts } } }
}
