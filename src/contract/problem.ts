/** What went wrong in a call, for a person and for a script. `exitCode` is the command line's. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly fix: string
  readonly exitCode: 1 | 2 | 3 | 4 | 5 | 6 | 7
}
