/** Names of the environment variables that a task sees besides its own; part of the public contract. */
export const taskEnvironment = {
  run: 'FORKCAST_RUN_ID',
  task: 'FORKCAST_TASK',
  attempt: 'FORKCAST_ATTEMPT',
  clone: 'FORKCAST_CLONE',
  variant: 'FORKCAST_VARIANT',
  idempotencyKey: 'FORKCAST_IDEMPOTENCY_KEY',
  /** Path to a JSON file with all of it. */
  context: 'FORKCAST_CONTEXT',
} as const
