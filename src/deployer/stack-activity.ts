import type {
  IIoHost,
  IoMessage,
  StackActivity,
  StackMonitoringControlEvent,
  SuccessfulDeployStackResult,
} from '@aws-cdk/toolkit-lib'
import type { StackProgress, TellProgress } from '#contract/deployer.ts'
import type { ResourceFailure } from '#deployer/failures.ts'

/** Codes of messages of the CDK: https://docs.aws.amazon.com/cdk/api/toolkit-lib/message-registry/ */
const codes = {
  begun: 'CDK_TOOLKIT_I5501',
  event: 'CDK_TOOLKIT_I5502',
  ended: 'CDK_TOOLKIT_I5503',
  deployed: 'CDK_TOOLKIT_I5900',
} as const

/** What the CDK tells of stacks, as their progress; its questions were asked before it began. */
export class StackActivityHost implements IIoHost {
  readonly failures: ResourceFailure[] = []
  /** Text of the app that is synthesised. */
  readonly said: string[] = []
  readonly #progress = new Map<string, StackProgress>()
  #tell: TellProgress = () => undefined

  /** Tells from now on; ends with what became of all stacks that are still at work. */
  async following<T>(tell: TellProgress, work: () => Promise<T>): Promise<T> {
    this.#tell = tell
    this.failures.length = 0
    this.#progress.clear()
    try {
      const value = await work()
      this.#end('done')
      return value
    } catch (error) {
      this.#end('failed')
      throw error
    }
  }

  async notify({ code, data, message }: IoMessage<unknown>): Promise<void> {
    switch (code) {
      case codes.begun: {
        const { stackName, resourcesTotal: of } = data as StackMonitoringControlEvent
        return this.#put({ stack: stackName, state: 'at-work', ...(of !== undefined && { of }) })
      }
      case codes.event:
        return this.#event(data as StackActivity)
      case codes.ended: {
        const { stackName: stack } = data as StackMonitoringControlEvent
        const { said = '' } = this.#progress.get(stack) ?? {}
        const isBad = /ROLLBACK|_FAILED/.test(said) || this.failures.some((failure) => failure.stack === stack)
        return this.#put({ stack, state: isBad ? 'failed' : 'done' })
      }
      case codes.deployed: {
        const { stackArn, noOp } = data as SuccessfulDeployStackResult
        return this.#put({ stack: stackArn.split('/')[1] ?? stackArn, state: noOp ? 'unchanged' : 'done' })
      }
      default:
        if (code?.startsWith('CDK_ASSEMBLY_E') === true) this.said.push(...message.split('\n'))
    }
  }

  async requestResponse<T>({ defaultResponse }: { readonly defaultResponse: T }): Promise<T> {
    return (typeof defaultResponse === 'boolean' ? true : defaultResponse) as T
  }

  #event({ event, progress }: StackActivity): void {
    const {
      StackName: stack = '',
      ResourceStatus: status = '',
      ResourceType: type = '',
      LogicalResourceId = '',
    } = event
    const { completed: done, total: of } = progress
    this.#put({
      stack,
      state: 'at-work',
      done,
      ...(of !== undefined && { of }),
      said: `${status} ${type} ${LogicalResourceId}`,
    })
    if (!status.endsWith('_FAILED')) return
    const reason = event.ResourceStatusReason ?? 'CloudFormation gave no reason'
    this.failures.push({ stack, resource: LogicalResourceId, type, status, reason })
  }

  #put(progress: StackProgress): void {
    const next = { ...this.#progress.get(progress.stack), ...progress }
    this.#progress.set(progress.stack, next)
    this.#tell(next)
  }

  #end(state: 'done' | 'failed'): void {
    for (const progress of this.#progress.values()) if (progress.state === 'at-work') this.#put({ ...progress, state })
    this.#tell = () => undefined
  }
}
