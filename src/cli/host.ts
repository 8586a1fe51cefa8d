import type { AccountChoice, AccountReport } from '#contract/account-check.ts'
import type { BatchEndpointRequest, ServedBatch } from '#contract/batch-endpoint.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { Deployer, DeploymentChoice } from '#contract/deployer.ts'
import type { InvalidWorkflow, LoadedWorkflow } from '#contract/loaded-workflow.ts'
import type { MachineCheck } from '#contract/machine-check.ts'
import type { Problem } from '#contract/problem.ts'
import type { Result } from '#core/result.ts'
import type { Limit } from '#core/workflow/limits.ts'

/** All that the command line needs of the world around it; `bin/forkcast.ts` makes it real, tests make it up. */
export interface CliHost {
  readonly stdout: TextStream
  readonly stderr: TextStream
  /** Read: `FORKCAST_API`, `NO_COLOR`, `TERM`, `CI`, `LC_ALL`, `LC_CTYPE`, `LANG`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Paths below it are shown relative to it. */
  readonly cwd: string
  /** How the user calls this program, for the commands that are printed: `forkcast`, `npx forkcast`. */
  readonly command: string
  readonly version: Version
  /** Where editors find the schema of a workflow file in `folder`: a URL, or a path from the file. */
  schema(folder: string): string
  readonly limits: Readonly<Record<string, Limit>>
  /** Epoch milliseconds, of the same clock that events carry. */
  now(): number
  /** Calls `act` every `ms` until the function it returns is called. */
  every(ms: number, act: () => void): () => void
  /** While a listener is set, SIGINT and SIGTERM are its business; the function it returns takes it off. */
  onSignal(listener: (signal: Signal) => void): () => void
  /** Whether somebody is there to be asked. */
  readonly canAsk: boolean
  /** Asks on the terminal; `undefined` when there is no answer. */
  ask(question: string): Promise<string | undefined>
  /** A small UTF-8 file of the user; `-` is standard input. */
  readText(path: string): Promise<Result<string, Problem>>
  /** Writes all files below `folder` (made if it is missing), or none when one is there already. */
  createFiles(folder: string, files: readonly NewFile[]): Promise<Result<void, Problem>>
  /**
   * `engine`: a control plane that also runs what is submitted, in an engine of this process or, when there is one for
   * `dir`, in that of another; a conflict (exit code 5) when that one does not answer. `background`: the same, but always in
   * another process, which is started when there is none and ends when it has nothing left to do. `read`: answers from what
   * is stored, and works beside a live engine.
   */
  openControlPlane(options: {
    readonly dir: string
    readonly mode: 'read' | 'engine' | 'background'
    /** A pools file that must be there. */
    readonly poolsFile?: string
    /** A workflow file whose folder may hold a pools file. */
    readonly beside?: string
    /** Where an engine of this process serves its API; a conflict (5) when it is taken. @default one that is free */
    readonly port?: number
  }): Promise<Result<ControlPlane, Problem>>
  /** An AWS Batch of this machine, until it is closed; a conflict (5) when the port is taken. */
  openBatch(request: BatchEndpointRequest): Promise<Result<ServedBatch, Problem>>
  /** The control plane behind an address; the engine that lives in `dir` takes the token that it keeps there. */
  openRemote(options: { readonly url: string; readonly dir: string }): Promise<Result<ControlPlane, Problem>>
  /** Reads, checks and packs a workflow file; `-` is standard input. */
  loadWorkflow(path: string): Promise<Result<LoadedWorkflow, InvalidWorkflow>>
  /** What a thrown fault says of this machine; `undefined` for a bug. */
  explain(error: unknown): Problem | undefined
  /** What `doctor` looks at, in the order in which it is shown. */
  checkMachine(dir: string): Promise<readonly MachineCheck[]>
  /** What `doctor --aws` looks at: an account of AWS. */
  checkAccount(choice: AccountChoice): Promise<AccountReport>
  /** What deploys; a problem where the libraries that it needs are not installed. */
  openDeployer(choice: DeploymentChoice): Promise<Result<Deployer, Problem>>
}

/** A standard stream. Sizes are those of the terminal now, and `undefined` when it is none. */
export interface TextStream {
  readonly isTTY: boolean
  readonly columns: number | undefined
  readonly rows: number | undefined
  /** `false` when its buffer is full: wait for {@link drained} before writing much more. */
  write(text: string): boolean
  drained(): Promise<void>
}

export type Signal = 'SIGINT' | 'SIGTERM'

export interface Version {
  readonly forkcast: string
  readonly node: string
  /** Such as `linux x64`. */
  readonly platform: string
}

export interface NewFile {
  /** Relative to the folder. */
  readonly path: string
  readonly text: string
}
