import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Metric,
  PeriodOverride,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch'
import { Duration } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'
import { metricNamespace, type MetricName } from '#contract/metrics.ts'

/** Names of what dashboards show. */
export interface Shown {
  readonly deployment: string
  readonly apiName: string
  readonly stage: string
  readonly stateMachineArn: string
  readonly tableName: string
  /** Names of functions, by what they do. */
  readonly functions: Readonly<Record<string, string>>
  /** Names of queues that work waits in, and of those that nobody empties. */
  readonly queues: Readonly<Record<string, string>>
  readonly deadLetters: Readonly<Record<string, string>>
}

const width = 12
const height = 6
const period = Duration.minutes(5)

/** Three dashboards: as many as an account has for nothing. */
export class Dashboards extends Construct {
  constructor(scope: Construct, id: string, shown: Shown) {
    super(scope, id)
    this.#dashboard('Runs', `${shown.deployment}-runs`, runs(shown))
    this.#dashboard('Pools', `${shown.deployment}-pools`, pools(shown))
    this.#dashboard('ControlPlane', `${shown.deployment}-control-plane`, controlPlane(shown))
  }

  #dashboard(id: string, dashboardName: string, widgets: readonly IWidget[]): void {
    new Dashboard(this, id, {
      dashboardName,
      defaultInterval: Duration.hours(12),
      periodOverride: PeriodOverride.AUTO,
      widgets: Array.from({ length: Math.ceil(widgets.length / 2) }, (_, row) => widgets.slice(row * 2, row * 2 + 2)),
    })
  }
}

/** Runs and races: what came of them, what was won, wasted and saved. */
function runs({ deployment }: Shown): readonly IWidget[] {
  const own = ofDeployment(deployment)
  return [
    graph('Runs', [own('RunsSubmitted'), own('RunsSucceeded'), own('RunsFailed'), own('RunsCancelled')]),
    graph('Makespan of runs', [own('MakespanS', Stats.p(50)), own('MakespanS', Stats.p(90))]),
    graph('Clones: won, lost, failed', [own('ClonesWon'), own('ClonesLost'), own('ClonesFailed')]),
    graph('Standby clones called up, beside all that started', [own('HedgesCalled'), own('ClonesStarted')]),
    graph('Cost of runs that ended, and what of it was wasted (USD)', [own('CostUsd'), own('WastedUsd')]),
    new SingleValueWidget({
      title: 'In the time shown',
      width,
      height,
      setPeriodToTimeRange: true,
      metrics: [
        own('RunsSucceeded'),
        own('RunsFailed'),
        own('ClonesWon'),
        own('ClonesLost'),
        own('CostUsd'),
        own('WastedUsd'),
      ],
    }),
  ]
}

/** Pools: who waits for them, what they hold of the account's quotas, how soon they start, what they cost. */
function pools({ deployment }: Shown): readonly IWidget[] {
  const own = ofDeployment(deployment)
  const used = (service: string, resource: string, kind: string) =>
    new Metric({
      namespace: 'AWS/Usage',
      metricName: 'ResourceCount',
      dimensionsMap: { Service: service, Type: 'Resource', Resource: resource, Class: kind },
      label: `${service} ${kind}`,
      statistic: Stats.MAXIMUM,
      period,
    })
  return [
    graph('From submission to lease', [
      own('StartDelayS', Stats.p(50)),
      own('StartDelayS', Stats.p(90)),
      own('StartDelayS', Stats.MAXIMUM),
    ]),
    graph('Clones that began to wait for room, beside all that started', [own('ClonesHeld'), own('ClonesStarted')]),
    graph('vCPUs in use in this account and region', [
      used('EC2', 'vCPU', 'Standard/OnDemand'),
      used('EC2', 'vCPU', 'Standard/Spot'),
      used('EC2', 'vCPU', 'G/OnDemand'),
      used('EC2', 'vCPU', 'G/Spot'),
      used('Fargate', 'vCPU', 'Standard/OnDemand'),
      used('Fargate', 'vCPU', 'Standard/Spot'),
    ]),
    graph('Cost of runs that ended (USD)', [own('CostUsd')]),
  ]
}

/** The control plane: errors, throttles, dead letters, latency. */
function controlPlane(shown: Shown): readonly IWidget[] {
  const ofEach = (metricName: string, statistic: string) =>
    Object.entries(shown.functions).map(
      ([label, name]) =>
        new Metric({
          namespace: 'AWS/Lambda',
          metricName,
          dimensionsMap: { FunctionName: name },
          label,
          statistic,
          period,
        }),
    )
  const ofQueues = (queues: Readonly<Record<string, string>>, metricName: string) =>
    Object.entries(queues).map(
      ([label, name]) =>
        new Metric({
          namespace: 'AWS/SQS',
          metricName,
          dimensionsMap: { QueueName: name },
          label,
          statistic: Stats.MAXIMUM,
          period,
        }),
    )
  const ofApi = (metricName: string, statistic: string) =>
    new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiName: shown.apiName, Stage: shown.stage },
      statistic,
      period,
    })
  const ofExecutions = (metricName: string) =>
    new Metric({
      namespace: 'AWS/States',
      metricName,
      dimensionsMap: { StateMachineArn: shown.stateMachineArn },
      statistic: Stats.SUM,
      period,
    })
  const ofTable = (metricName: string) =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName: shown.tableName },
      statistic: Stats.SUM,
      period,
    })
  return [
    graph('Errors of functions', ofEach('Errors', Stats.SUM)),
    graph('Duration of functions, p99 (ms)', ofEach('Duration', Stats.p(99))),
    graph('Throttles of functions', ofEach('Throttles', Stats.SUM)),
    graph('Dead letters', ofQueues(shown.deadLetters, 'ApproximateNumberOfMessagesVisible')),
    graph('Age of the oldest message (s)', ofQueues(shown.queues, 'ApproximateAgeOfOldestMessage')),
    graph('API: requests and faults', [
      ofApi('Count', Stats.SUM),
      ofApi('4XXError', Stats.SUM),
      ofApi('5XXError', Stats.SUM),
    ]),
    graph('API: latency (ms)', [ofApi('Latency', Stats.p(50)), ofApi('Latency', Stats.p(99))]),
    graph('Executions', [
      ofExecutions('ExecutionsStarted'),
      ofExecutions('ExecutionsFailed'),
      ofExecutions('ExecutionThrottled'),
    ]),
    graph('Table: throttles', [ofTable('WriteThrottleEvents'), ofTable('ReadThrottleEvents')]),
    graph('Table: units', [ofTable('ConsumedWriteCapacityUnits'), ofTable('ConsumedReadCapacityUnits')]),
  ]
}

function ofDeployment(deployment: string): (name: MetricName, statistic?: string) => Metric {
  return (metricName, statistic = Stats.SUM) =>
    new Metric({ namespace: metricNamespace, metricName, dimensionsMap: { service: deployment }, statistic, period })
}

function graph(title: string, metrics: readonly IMetric[]): GraphWidget {
  return new GraphWidget({ title, width, height, left: [...metrics], leftYAxis: { min: 0, showUnits: false } })
}
