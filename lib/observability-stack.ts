import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import { Stack, type StackProps } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { ControlPlaneStack } from './control-plane-stack.ts'
import { alarmKinds } from './observability/alarm-kinds.ts'
import { Alarms } from './observability/alarms.ts'
import { ConsoleLinks } from './observability/console-links.ts'
import { Dashboards } from './observability/dashboards.ts'

export interface ObservabilityStackProps extends StackProps {
  readonly deployment: string
  readonly controlPlane: ControlPlaneStack
  readonly table: ITable
  /** ARN of a topic that is told of alarms. @default - nobody is told; alarms are seen in the console */
  readonly alarmTopicArn?: string
  /** Where the runbook is. @default docs/runbook.md */
  readonly runbook?: string
}

/** What is seen of a deployment: three dashboards, ten alarms. Free in an account that has no others, else 1 USD and 9 USD a month. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: ObservabilityStackProps) {
    super(scope, id, { description: 'Forkcast: dashboards and alarms of a deployment', ...props })
    const { deployment, controlPlane, table, alarmTopicArn, runbook = 'docs/runbook.md' } = props
    const { functions, queues, http, stateMachineArn } = controlPlane
    const names = {
      deployment,
      apiName: deployment,
      stage: http.stageName,
      tableName: table.tableName,
      stateMachineArn,
    }
    const kinds = alarmKinds(
      {
        ...names,
        apiId: http.restApi.restApiId,
        dispatchFunction: functions.dispatch.functionName,
        watchFunction: functions.watch.functionName,
        dispatchQueue: queues.dispatch.queueName,
        deadLetters: queues.deadLetters.queueName,
        dispatchDeadLetters: queues.dispatchDeadLetters.queueName,
        undelivered: queues.undelivered.queueName,
      },
      new ConsoleLinks(this),
    )
    new Alarms(this, 'Alarms', {
      deployment,
      kinds,
      runbook,
      ...(alarmTopicArn !== undefined && { topicArn: alarmTopicArn }),
    })
    new Dashboards(this, 'Dashboards', {
      ...names,
      functions: Object.fromEntries(Object.entries(functions).map(([name, made]) => [name, made.functionName])),
      queues: {
        dispatch: queues.dispatch.queueName,
        timers: queues.timers.queueName,
        work: queues.work.queueName,
        'job-events': queues.jobEvents.queueName,
      },
      deadLetters: {
        all: queues.deadLetters.queueName,
        dispatch: queues.dispatchDeadLetters.queueName,
        undelivered: queues.undelivered.queueName,
      },
    })
  }
}
