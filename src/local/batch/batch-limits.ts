/** Hard numbers of AWS Batch that this endpoint holds its callers to. */
export const batchLimits = {
  submitsPerS: 50,
  submitKiB: 30,
  definitionKiB: 24,
  overrideChars: 8192,
  describedAtOnce: 100,
  endedAtOnce: 50,
  queues: 50,
  environments: 50,
  environmentsOfQueue: 3,
  sharesOfQueue: 500,
  dependencies: 20,
  arrayMin: 2,
  arrayMax: 10_000,
  timeoutMinS: 60,
  attempts: 10,
  exitRules: 5,
  tags: 50,
  listedByStatus: 1000,
  listedByFilter: 100,
  /** How long an ended job can be asked about. */
  endedKeptMs: 7 * 24 * 3_600_000,
} as const
