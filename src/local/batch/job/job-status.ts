/** States of a job, in the order in which it goes through them. */
export const jobStatuses = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED', 'FAILED'] as const

export type JobStatus = (typeof jobStatuses)[number]

/**
 * What may follow each state. A job that is tried again, or whose host was lost as it started, is RUNNABLE once more;
 * the parent of an array is PENDING until its last child has ended.
 */
export const follows: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  SUBMITTED: ['PENDING', 'RUNNABLE', 'FAILED'],
  PENDING: ['RUNNABLE', 'SUCCEEDED', 'FAILED'],
  RUNNABLE: ['STARTING', 'FAILED'],
  STARTING: ['RUNNING', 'RUNNABLE', 'FAILED'],
  RUNNING: ['SUCCEEDED', 'RUNNABLE', 'FAILED'],
  SUCCEEDED: [],
  FAILED: [],
}

export function isOver(status: JobStatus): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED'
}
