import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { EventSourceMappingOptions } from 'aws-cdk-lib/aws-lambda'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { PlannerFunction } from './planner-function.ts'

export type FeedOptions = Required<Pick<EventSourceMappingOptions, 'batchSize'>> &
  Pick<EventSourceMappingOptions, 'reportBatchItemFailures'>

/** Wakes a function by the messages of a queue, and lets AWS Lambda take them in its name. */
export function feed(to: PlannerFunction, from: IQueue, options: FeedOptions): void {
  to.addToRolePolicy(
    new PolicyStatement({
      sid: 'TakeMessages',
      actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      resources: [from.queueArn],
    }),
  )
  to.addEventSourceMapping('Messages', { eventSourceArn: from.queueArn, ...options })
}
