import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs'
import { Duration } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'
import type { DeploymentFunction } from '#contract/deployment.ts'
import { dispatchQueue, dispatchTimes } from '#contract/queues.ts'
import { functionSizes } from './function-sizes.ts'

/** Deliveries before a message is put aside: a fault of some minutes outlives none of them. */
const deliveries = 5

/** A message that its function has not done with comes again after so many times its longest run (AWS Lambda asks for 6). */
const visibilityTimeouts = 6

/** The queues of a control plane, and where messages go that nobody could deal with. */
export class Queues extends Construct {
  readonly dispatch: Queue
  readonly timers: Queue
  readonly work: Queue
  readonly jobEvents: Queue
  /** Of the standard queues, all three: each message names the one that it was in. */
  readonly deadLetters: Queue
  readonly dispatchDeadLetters: Queue
  /** Events that their rule could not deliver. */
  readonly undelivered: Queue

  constructor(scope: Construct, id: string, { key }: { readonly key?: IKey } = {}) {
    super(scope, id)
    const shared: QueueProps = {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      ...(key
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key, dataKeyReuse: Duration.hours(1) }
        : { encryption: QueueEncryption.SQS_MANAGED }),
    }
    this.deadLetters = new Queue(this, 'DeadLetters', shared)
    this.dispatchDeadLetters = new Queue(this, 'DispatchDeadLetters', { ...shared, fifo: true })
    this.undelivered = new Queue(this, 'Undelivered', shared)
    const standard = (name: string, worker: DeploymentFunction) =>
      new Queue(this, name, {
        ...shared,
        visibilityTimeout: Duration.seconds(functionSizes[worker].timeoutS * visibilityTimeouts),
        deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: deliveries },
      })
    this.timers = standard('Timers', 'timers')
    this.work = standard('Work', 'work')
    this.jobEvents = standard('JobEvents', 'job-events')
    this.dispatch = new Queue(this, 'Dispatch', {
      ...shared,
      fifo: true,
      deliveryDelay: Duration.seconds(dispatchQueue.delayS),
      visibilityTimeout: Duration.seconds(dispatchTimes.visibilityS),
      deadLetterQueue: { queue: this.dispatchDeadLetters, maxReceiveCount: deliveries },
    })
  }
}
