/** The words that Batch and ECS put into `statusReason` and `reason`; clients read causes from them. */
export const reasons = {
  exited: 'Essential container in task exited',
  timedOut: 'Job attempt duration exceeded timeout',
  dependencyFailed: 'Dependent Job failed',
  childFailed: 'Array Child Job failed',
  notStarted: 'Task failed to start',
  spotTask: 'Your Spot Task was interrupted.',
  overridesTooLong: 'Container Overrides length must be at most 8192',
  queueDeleted: 'Job Queue was deleted',
  host: (id: string) => `Host EC2 (instance ${id}) terminated.`,
  limitAction: (reason: string) => `Canceled by JobStateTimeLimit action due to reason: ${reason}`,
} as const

/** Why a job at the head of its queue is stuck, with what AWS says of it. */
export const blocked = {
  'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY': 'Service cannot fulfill the capacity requested',
  'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE':
    'All compute environments of the job queue have a maxvCpus below what the job requires',
  'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT':
    'No instance type of the compute environments of the job queue has what the job requires',
} as const

export type Blocked = keyof typeof blocked
