import {
  InvalidToken,
  ExecutionAlreadyExists,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import { executionInput } from '#contract/state-machine.ts'
import type { Executions, FrontierInput } from '#ports/executions.ts'

/** What Step Functions takes as the input of an execution. */
const maxInputBytes = 256 * 1024

/** Names of executions: those that CloudWatch takes too. */
const nameShape = /^[A-Za-z0-9_-]{1,80}$/

/**
 * Executions of the one state machine on Step Functions. A name is good for one start in 90 days. A second start of an execution that
 * still runs may be told as `started`, since Step Functions answers it as it did the first; and `already` or `spent` may be what came
 * of our own request, when its first answer was lost.
 */
export class SfnExecutions implements Executions {
  readonly #client: Pick<SFNClient, 'send'>
  readonly #stateMachineArn: string

  constructor(options: { readonly client: Pick<SFNClient, 'send'>; readonly stateMachineArn: string }) {
    this.#client = options.client
    this.#stateMachineArn = options.stateMachineArn
  }

  /** @throws when Step Functions cannot take the name or the input, which is a bug. */
  async start(name: string, { run, tasks }: FrontierInput): Promise<'started' | 'already'> {
    if (!nameShape.test(name)) throw new Error(`an execution cannot be called ${name}`)
    const input = JSON.stringify(executionInput(run, tasks))
    const bytes = Buffer.byteLength(input)
    if (bytes > maxInputBytes) throw new Error(`the input of execution ${name} has ${bytes} bytes of ${maxInputBytes}`)
    try {
      await this.#client.send(new StartExecutionCommand({ stateMachineArn: this.#stateMachineArn, name, input }))
      return 'started'
    } catch (error) {
      // Names are hashes of what is started: one that is there has this input.
      if (error instanceof ExecutionAlreadyExists) return 'already'
      throw error
    }
  }

  async answer(taskToken: string, output: { readonly outcome: string }): Promise<'answered' | 'spent'> {
    try {
      await this.#client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }))
      return 'answered'
    } catch (error) {
      if (isSpentToken(error)) return 'spent'
      throw error
    }
  }
}

/** A token was answered, has timed out, belongs to an execution that ended, or to nothing. */
function isSpentToken(error: unknown): boolean {
  return error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken
}
