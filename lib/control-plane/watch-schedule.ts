import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Duration } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'

export interface WatchScheduleProps {
  /** Fixed, since functions that the rule wakes turn it on and off. */
  readonly name: string
  readonly watch: IFunction
  /** Takes what could not be delivered. */
  readonly undelivered: IQueue
}

/** Wakes the watch each minute. Off when it is deployed; functions turn it on while runs are active. */
export class WatchSchedule extends Construct {
  constructor(scope: Construct, id: string, { name, watch, undelivered }: WatchScheduleProps) {
    super(scope, id)
    new Rule(this, 'Rule', {
      ruleName: name,
      description: 'Forkcast: wakes the watch; on only while runs are active',
      enabled: false,
      schedule: Schedule.rate(Duration.minutes(1)),
      // One that is late is of no use: the next one does all of its work.
      targets: [
        new LambdaFunction(watch, { deadLetterQueue: undelivered, maxEventAge: Duration.minutes(1), retryAttempts: 0 }),
      ],
    })
  }
}
