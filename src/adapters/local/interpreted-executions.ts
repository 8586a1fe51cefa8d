import { StateMachine } from 'aws-local-stepfunctions'
import {
  executionInput,
  stateMachine,
  stateNames,
  type LaunchInput,
  type SettleInput,
} from '#contract/state-machine.ts'
import type { Executions, FrontierInput } from '#ports/executions.ts'
import type { Ids } from '#ports/ids.ts'

type Definition = ConstructorParameters<typeof StateMachine>[0]
type Input = Parameters<StateMachine['run']>[0]
type Options = NonNullable<Parameters<StateMachine['run']>[1]>

/** What the states of the machine call. */
export interface StateHandlers {
  readonly launch: (input: LaunchInput) => Promise<void>
  readonly settle: (input: SettleInput) => Promise<void>
}

/** Executions in this process; they end with it, and a sweep starts them again from the stored rows. */
export interface InterpretedExecutions extends Executions {
  /** Gives the executions what they call; until then none can be started. */
  connect(handlers: StateHandlers): void
  /**
   * Gives up every execution, and resolves once none is alive: an open wait would keep the process for days. What they
   * were about is in the stored rows; what is started from now on is left to whoever resumes.
   */
  close(): Promise<void>
}

/** What is interpreted: the state machine of the contract, its functions by name. */
export const interpretedMachine = stateMachine({ launch: 'launch', settle: 'settle' })

/**
 * The state machine of the contract, run by an interpreter of the Amazon States Language in this process. A promise stands
 * for each token wait. `onError` hears of an execution that failed, which is a bug: the machine catches what it can.
 */
export function interpretedExecutions(
  ids: Pick<Ids, 'token'>,
  onError: (error: unknown) => void,
): InterpretedExecutions {
  // Validating takes a fifth of a second; the definition is the same every time, and the tests validate it.
  const machine = new StateMachine(interpretedMachine as unknown as Definition, {
    validationOptions: { noValidate: true },
  })
  const waits = new Map<string, (output: { readonly outcome: string }) => void>()
  const names = new Set<string>()
  const alive = new Set<Promise<unknown>>()
  let connected: StateHandlers | undefined
  let closed = false

  const wait = async (input: Input) => {
    if (closed) return {}
    const token = ids.token()
    const answered = new Promise<{ readonly outcome: string }>((resolve) => waits.set(token, resolve))
    const { Payload } = input as unknown as { readonly Payload: Pick<LaunchInput, 'slot'> }
    try {
      await (connected as StateHandlers).launch({ slot: Payload.slot, token })
    } catch (error) {
      waits.delete(token)
      throw error
    }
    return { ...(await answered) }
  }
  const settle = async (input: Input) => {
    const { Payload } = input as unknown as { readonly Payload: SettleInput }
    if (!closed) await (connected as StateHandlers).settle(Payload)
    return {}
  }
  const guarded = (call: (input: Input) => Promise<Input>) => async (input: Input) => {
    try {
      return await call(input)
    } catch (error) {
      onError(error)
      throw error
    }
  }
  const options: Options = {
    // The interpreter knows one constant token; the override makes the real one.
    context: { Task: { Token: 'made by the override' } },
    overrides: {
      taskResourceLocalHandlers: {
        [stateNames.launch]: guarded(wait),
        [stateNames.settle]: guarded(settle),
      },
    },
  }

  return {
    connect(handlers) {
      connected = handlers
    },
    async start(name: string, { run, tasks }: FrontierInput) {
      if (connected === undefined) throw new Error('executions are started before they are connected')
      if (names.has(name) || closed) return 'already'
      names.add(name)
      const execution = machine.run(executionInput(run, tasks) as unknown as Input, options)
      const ended = execution.result.catch(onError).finally(() => alive.delete(ended))
      alive.add(ended)
      return 'started'
    },
    async answer(token, output) {
      const resolve = waits.get(token)
      if (resolve === undefined) return 'spent'
      waits.delete(token)
      resolve(output)
      return 'answered'
    },
    async close() {
      closed = true
      for (const resolve of waits.values()) resolve({ outcome: 'given up' })
      waits.clear()
      while (alive.size > 0) await Promise.all(alive)
    },
  }
}
