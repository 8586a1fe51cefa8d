/** Where metrics of deployments are, in CloudWatch; their one dimension is `service`, the deployment. */
export const metricNamespace = 'Forkcast'

/**
 * Metrics that functions tell of what they have written, each with its unit in CloudWatch. A function that writes nothing tells nothing, so
 * that an idle deployment has none.
 */
export const metricUnits = {
  RunsSubmitted: 'Count',
  RunsSucceeded: 'Count',
  RunsFailed: 'Count',
  RunsCancelled: 'Count',
  /** From submission to the end. */
  MakespanS: 'Seconds',
  /** Of a run that has ended. */
  CostUsd: 'None',
  /** Of it: clones that lost, and work that failed. */
  WastedUsd: 'None',
  /** Jobs that were submitted. */
  ClonesStarted: 'Count',
  /** From the submission of a job to its lease. */
  StartDelayS: 'Seconds',
  /** Clones whose result it was, or whose result it could not be without. */
  ClonesWon: 'Count',
  ClonesLost: 'Count',
  ClonesFailed: 'Count',
  /** Standby slots that were called up. */
  HedgesCalled: 'Count',
  /** Clones that began to wait for room. */
  ClonesHeld: 'Count',
} as const

export type MetricName = keyof typeof metricUnits
