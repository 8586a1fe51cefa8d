import type { KeyValuesPair, ListJobsRequest } from '@aws-sdk/client-batch'
import { nameIn } from '#local/batch/arns.ts'
import { refuse } from '#local/batch/batch-fault.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'
import type { Job } from '#local/batch/job/job.ts'

/**
 * The jobs of a queue that a request asks for, newest first: by one filter, or else by status, RUNNING unless it says
 * another one. Children of arrays are not among them. @throws BatchFault when the filter is none.
 */
export function listedOfQueue(
  jobs: ReadonlyMap<string, Job>,
  queue: string,
  { filters = [], jobStatus }: ListJobsRequest,
): readonly Job[] {
  if (filters.length > 1) refuse('Only one filter can be used at a time')
  const [filter] = filters
  const accepts = filter === undefined ? byStatus(jobStatus ?? 'RUNNING') : accepting(filter, jobStatus)
  return [...jobs.values()]
    .filter((job) => job.spec.queue === queue && job.array?.kind !== 'child' && accepts(job))
    .sort((a, b) => b.turn - a.turn)
}

/** The children of an array that a request asks for, by index; all of them unless it says a status. */
export function listedOfArray(parent: Job, { jobStatus }: ListJobsRequest): readonly Job[] {
  const { array } = parent
  if (array?.kind !== 'parent') refuse(`Job ${parent.id} is not an array job`)
  return array.children.filter(byStatus(jobStatus ?? 'RUNNING'))
}

/** How many results one answer has at most. */
export function pageSize({ filters, maxResults }: ListJobsRequest): number {
  const most = filters?.length ? batchLimits.listedByFilter : batchLimits.listedByStatus
  return Math.min(maxResults ?? most, most)
}

type Accepts = (job: Job) => boolean

function byStatus(status: string): Accepts {
  return (job) => job.status === status
}

function accepting({ name, values = [] }: KeyValuesPair, jobStatus: string | undefined): Accepts {
  const [value] = values
  if (value === undefined || values.length > 1) refuse('A filter has one value')
  const isPrefix = value.endsWith('*')
  const start = isPrefix ? value.slice(0, -1) : value
  const matches = (text: string, sought: string) => (isPrefix ? text.startsWith(sought) : text === sought)
  switch (name) {
    case 'JOB_NAME':
      return ({ spec }) => matches(spec.name.toLowerCase(), start.toLowerCase())
    case 'JOB_DEFINITION':
      if (value.startsWith('arn:')) return ({ spec }) => spec.definitionArn === value
      return ({ spec }) => matches(nameIn(spec.definitionArn).replace(/:\d+$/, ''), start)
    case 'BEFORE_CREATED_AT':
      return (job) => job.createdAtMs < Number(value)
    case 'AFTER_CREATED_AT':
      return (job) => job.createdAtMs > Number(value)
    case 'SHARE_IDENTIFIER':
      return (job) => job.spec.share === value && (jobStatus === undefined || job.status === jobStatus)
    default:
      refuse(`Unknown filter: ${name ?? ''}`)
  }
}
