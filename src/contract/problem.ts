/** What went wrong in a call, for a person and for a script. `exitCode` is the command line's. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly fix: string
  readonly exitCode: 1 | 2 | 3 | 4 | 5 | 6 | 7
  /** JSON pointer to what is wrong, in a request. */
  readonly path?: string
  /** Each of several faults of a request. */
  readonly errors?: readonly Fault[]
}

/** One of several faults. */
export interface Fault {
  readonly code: string
  readonly message: string
  readonly fix: string
  readonly path?: string
}

/** A problem that no caller can do anything about: thrown through all that is between, and told to the user as it is. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    super(`${problem.message}: ${problem.fix}`, options)
    this.problem = problem
  }
}
