/** What an execution of the state machine starts with. Built from stored rows only, so that a replay equals it. */
export interface FrontierInput {
  readonly run: string
  readonly tasks: readonly {
    readonly task: string
    readonly attempt: number
    readonly clones: readonly number[]
  }[]
}

/** The workflow service that runs the one state machine. */
export interface Executions {
  /** Starts an execution. The same name again is no second start: `already` when it was ours. */
  start(name: string, input: FrontierInput): Promise<'started' | 'already'>
  /** Answers a wait. `spent`: the token was answered before, has timed out, or belongs to nothing: already settled. */
  answer(token: string, output: { readonly outcome: string }): Promise<'answered' | 'spent'>
}
