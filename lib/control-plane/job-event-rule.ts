import { Rule } from 'aws-cdk-lib/aws-events'
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Duration } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'

export interface JobEventRuleProps {
  /** ARNs of the job queues of this deployment: others may use AWS Batch in the same account. */
  readonly queues: readonly string[]
  readonly jobEvents: IQueue
  readonly undelivered: IQueue
}

/** Brings what becomes of jobs in this deployment's pools: that they run, and how they end. */
export class JobEventRule extends Construct {
  constructor(scope: Construct, id: string, { queues, jobEvents, undelivered }: JobEventRuleProps) {
    super(scope, id)
    new Rule(this, 'Rule', {
      description: 'Forkcast: jobs of its pools that run or have ended',
      eventPattern: {
        source: ['aws.batch'],
        detailType: ['Batch Job State Change'],
        detail: { status: ['RUNNING', 'SUCCEEDED', 'FAILED'], jobQueue: [...queues] },
      },
      targets: [
        new SqsQueue(jobEvents, { deadLetterQueue: undelivered, maxEventAge: Duration.hours(24), retryAttempts: 185 }),
      ],
    })
  }
}
