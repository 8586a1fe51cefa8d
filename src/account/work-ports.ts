import type { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { Settings } from '#account/settings.ts'
import { EventBridgeWatchSwitch } from '#adapters/aws/eventbridge-watch-switch.ts'
import { SqsWorkQueue } from '#adapters/aws/sqs-work-queue.ts'
import type { Clock } from '#ports/clock.ts'
import type { WatchSwitch } from '#ports/watch-switch.ts'
import type { WorkQueue } from '#ports/work-queue.ts'

/** What leads to work without anybody waiting for it. */
export interface WorkPorts {
  readonly work: WorkQueue
  readonly watchSwitch: WatchSwitch
}

/** Wires the work queue and the switch of the watch. */
export function workPorts(
  { workQueue, watchRule }: Settings<'workQueue' | 'watchRule'>,
  { sqs, events }: { readonly sqs: SQSClient; readonly events: EventBridgeClient },
  clock: Clock,
): WorkPorts {
  return {
    work: new SqsWorkQueue({ client: sqs, queueUrl: workQueue }),
    watchSwitch: new EventBridgeWatchSwitch({ client: events, rule: watchRule, nowMs: () => clock.nowMs() }),
  }
}
