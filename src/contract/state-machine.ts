/**
 * Longest that a launch may wait for its token: 14 days, which a 32-bit timer of milliseconds still holds. A literal,
 * since emulators ignore `TimeoutSecondsPath`.
 */
export const tokenTimeoutS = 14 * 24 * 3600

/** Longest that a settle may take: no function of AWS Lambda runs longer. */
const settleTimeoutS = 900

/** Most clones of one execution: an inline Map runs 40 iterations at once (AWS Step Functions quotas), and none is to wait for another. */
export const frontierSize = 40

/** Names of the states whose work is a Lambda's; the local interpreter overrides them by name. */
export const stateNames = { launch: 'Launch', settle: 'Settle' } as const

/** What an execution is told of a clone. */
export interface CloneInput {
  readonly run: string
  readonly task: string
  readonly attempt: number
  readonly clone: number
}

/** What the Launch state passes on. */
export interface LaunchInput {
  readonly slot: CloneInput
  readonly token: string
}

/** An attempt at a task. */
export interface AttemptInput {
  readonly run: string
  readonly task: string
  readonly attempt: number
}

/** What the Settle state passes on: the attempts whose clones the execution has launched. */
export interface SettleInput {
  readonly attempts: readonly AttemptInput[]
}

/** The input of an execution. Clones are whole: a state that put one together would look up each of its parts. */
export interface ExecutionInput extends SettleInput {
  readonly clones: readonly CloneInput[]
}

/** The input of the execution that starts these clones of a run. */
export function executionInput(
  run: string,
  tasks: readonly { readonly task: string; readonly attempt: number; readonly clones: readonly number[] }[],
): ExecutionInput {
  return {
    clones: tasks.flatMap(({ task, attempt, clones }) => clones.map((clone) => ({ run, task, attempt, clone }))),
    attempts: tasks.map(({ task, attempt }) => ({ run, task, attempt })),
  }
}

const retry = [
  {
    ErrorEquals: [
      'Lambda.TooManyRequestsException',
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
    ],
    IntervalSeconds: 1,
    BackoffRate: 2,
    MaxAttempts: 8,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
]

/** What an error that outlives its retries comes to: one uncaught error would abort its 39 siblings. */
function leaveTo(state: string) {
  return [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: state }]
}
const leftToSweep = { Type: 'Pass', Comment: 'The sweep finishes what ended here.', End: true }

/**
 * The one state machine that runs any DAG, a frontier an execution:
 *
 *     Map over clones ─▶ Launch (waits for its token)
 *     Settle
 *
 * Each state entered is paid for, so a clone is one, and what settles again is one for all. The same definition in an account, in the
 * local interpreter and in emulators: JSONPath, an inline Map, no `.sync`, no custom error names. Source: Amazon States Language,
 * https://states-language.net/spec.html.
 */
export function stateMachine(functions: { readonly launch: string; readonly settle: string }): StateMachineDefinition {
  return {
    Comment: 'Forkcast: runs the clones of one frontier.',
    StartAt: 'Clones',
    States: {
      Clones: {
        Type: 'Map',
        ItemsPath: '$.clones',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: stateNames.launch,
          States: {
            [stateNames.launch]: {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
              TimeoutSeconds: tokenTimeoutS,
              Parameters: {
                FunctionName: functions.launch,
                Payload: { 'slot.$': '$', 'token.$': '$$.Task.Token' },
              },
              ResultPath: null,
              Retry: retry,
              Catch: leaveTo('UnlaunchedLeftToSweep'),
              End: true,
            },
            UnlaunchedLeftToSweep: leftToSweep,
          },
        },
        ResultPath: null,
        Next: stateNames.settle,
      },
      [stateNames.settle]: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        TimeoutSeconds: settleTimeoutS,
        Parameters: {
          FunctionName: functions.settle,
          Payload: { 'attempts.$': '$.attempts' },
        },
        ResultPath: null,
        Retry: retry,
        Catch: leaveTo('UnsettledLeftToSweep'),
        End: true,
      },
      UnsettledLeftToSweep: leftToSweep,
    },
  }
}

/** A state of the Amazon States Language. */
export type State = Readonly<Record<string, unknown>>

/** A definition of the Amazon States Language. */
export interface StateMachineDefinition {
  readonly Comment: string
  readonly StartAt: string
  readonly States: Readonly<Record<string, State>>
}
