import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Duration } from 'aws-cdk-lib/core'
import type { AlarmKind } from './alarms.ts'
import type { ConsoleLinks } from './console-links.ts'

/** Names of what a deployment has, as metrics know them. */
export interface Watched {
  readonly deployment: string
  readonly apiName: string
  readonly apiId: string
  readonly stage: string
  readonly tableName: string
  readonly stateMachineArn: string
  readonly dispatchFunction: string
  readonly watchFunction: string
  readonly dispatchQueue: string
  readonly deadLetters: string
  readonly dispatchDeadLetters: string
  readonly undelivered: string
}

const period = Duration.minutes(5)

/** What is worth waking somebody for: ten metrics at most, all of them AWS's own. */
export function alarmKinds(watched: Watched, links: ConsoleLinks): readonly AlarmKind[] {
  const left = (queueName: string) =>
    new Metric({
      namespace: 'AWS/SQS',
      metricName: 'ApproximateNumberOfMessagesVisible',
      dimensionsMap: { QueueName: queueName },
      statistic: Stats.MAXIMUM,
      period,
    })
  const api = (metricName: string, statistic: string) =>
    new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiName: watched.apiName, Stage: watched.stage },
      statistic,
      period,
    })
  return [
    {
      id: 'dead-letters',
      metric: left(watched.deadLetters),
      happened: 'A timer, an event of a job or a piece of work failed five times and was put aside.',
      link: links.queue(watched.deadLetters),
      threshold: 1,
      evaluationPeriods: 1,
    },
    {
      id: 'dispatch-dead-letters',
      metric: left(watched.dispatchDeadLetters),
      happened: 'Dispatch failed five times in a row: clones wait and no job is submitted.',
      link: links.lambda(watched.dispatchFunction),
      threshold: 1,
      evaluationPeriods: 1,
    },
    {
      id: 'undelivered-events',
      metric: left(watched.undelivered),
      happened: 'EventBridge could not deliver an event of a job, or wake the watch.',
      link: links.queue(watched.undelivered),
      threshold: 1,
      evaluationPeriods: 1,
    },
    {
      id: 'dispatch-late',
      metric: new Metric({
        namespace: 'AWS/SQS',
        metricName: 'ApproximateAgeOfOldestMessage',
        dimensionsMap: { QueueName: watched.dispatchQueue },
        statistic: Stats.MAXIMUM,
        period,
      }),
      happened: 'A request for a dispatch has waited for ten minutes.',
      link: links.lambda(watched.dispatchFunction),
      threshold: 600,
      evaluationPeriods: 1,
    },
    {
      id: 'watch-failing',
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'Errors',
        dimensionsMap: { FunctionName: watched.watchFunction },
        statistic: Stats.SUM,
        period,
      }),
      happened: 'The watch has failed for ten minutes: what is lost is not found again.',
      link: links.lambda(watched.watchFunction),
      threshold: 3,
      evaluationPeriods: 2,
    },
    {
      id: 'api-faults',
      metric: api('5XXError', Stats.SUM),
      happened: 'The API or the clone API answered with faults of its own.',
      link: links.api(watched.apiId),
      threshold: 5,
      evaluationPeriods: 1,
    },
    {
      id: 'api-slow',
      metric: api('Latency', Stats.p(99)),
      happened: 'One in a hundred answers of the API takes longer than 25 seconds: at 29 they are cut off.',
      link: links.api(watched.apiId),
      threshold: 25_000,
      evaluationPeriods: 3,
    },
    {
      id: 'executions-failed',
      metric: new Metric({
        namespace: 'AWS/States',
        metricName: 'ExecutionsFailed',
        dimensionsMap: { StateMachineArn: watched.stateMachineArn },
        statistic: Stats.SUM,
        period,
      }),
      happened: 'An execution failed although it catches every error: the state machine is not as it was deployed.',
      link: links.stateMachine(watched.stateMachineArn),
      threshold: 1,
      evaluationPeriods: 1,
    },
    {
      id: 'functions-throttled',
      metric: new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: Stats.SUM, period }),
      happened: 'Functions of this account and region were held back: its concurrency is used up.',
      link: links.functions(),
      threshold: 100,
      evaluationPeriods: 3,
    },
    {
      id: 'table-throttled',
      metric: new Metric({
        namespace: 'AWS/DynamoDB',
        metricName: 'WriteThrottleEvents',
        dimensionsMap: { TableName: watched.tableName },
        statistic: Stats.SUM,
        period,
      }),
      happened: 'Writes to the table were throttled for a quarter of an hour.',
      link: links.table(watched.tableName),
      threshold: 100,
      evaluationPeriods: 3,
    },
  ]
}
