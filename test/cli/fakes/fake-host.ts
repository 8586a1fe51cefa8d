import type { CliHost, NewFile, Signal, TextStream } from '#cli/host.ts'
import { main } from '#cli/main.ts'
import type { AccountReport } from '#contract/account-check.ts'
import type { BatchEndpointRequest, ServedBatch } from '#contract/batch-endpoint.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { Deployer, DeploymentChoice } from '#contract/deployer.ts'
import type { InvalidWorkflow, LoadedWorkflow } from '#contract/loaded-workflow.ts'
import type { MachineCheck } from '#contract/machine-check.ts'
import { ProblemError, type Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'

/** A stream that keeps what was written. */
export class FakeStream implements TextStream {
  text = ''
  isTTY = false
  columns: number | undefined = undefined
  rows: number | undefined = undefined

  write(text: string): boolean {
    this.text += text
    return true
  }

  drained(): Promise<void> {
    return Promise.resolve()
  }

  asTerminal(columns: number, rows: number): void {
    this.isTTY = true
    this.columns = columns
    this.rows = rows
  }
}

/** A world for the command line, all of it in memory. */
export class FakeHost implements CliHost {
  readonly stdout = new FakeStream()
  readonly stderr = new FakeStream()
  env: Record<string, string | undefined> = {}
  readonly cwd = '/home/ada/flows'
  readonly command = 'forkcast'
  readonly version = { forkcast: '0.1.0', node: 'v24.21.0', platform: 'linux x64' }
  readonly schema = () => 'https://forkcast.example/workflow.schema.json'
  readonly limits = {
    tasks: { value: 100_000, unit: 'tasks', why: 'planned and stored in seconds on one machine' },
    depth: { value: 64, unit: 'levels', why: 'no workflow needs more' },
  }
  nowMs = 0
  readonly workflows = new Map<string, Result<LoadedWorkflow, InvalidWorkflow>>()
  readonly files = new Map<string, string>()
  control: Result<ControlPlane, Problem> = err({
    code: 'NO-STATE',
    message: 'there is no folder .forkcast',
    fix: 'run a workflow first',
    exitCode: 3,
  })
  checks: readonly MachineCheck[] = []
  batch: Result<ServedBatch, Problem> = err({
    code: 'PORT-TAKEN',
    message: 'port 7000 is taken',
    fix: 'name another one with --port',
    exitCode: 5,
  })
  readonly batchRequests: BatchEndpointRequest[] = []
  readonly opened: Parameters<CliHost['openControlPlane']>[0][] = []
  #listener: ((signal: Signal) => void) | undefined
  readonly #timers = new Set<() => void>()

  now(): number {
    return this.nowMs
  }

  every(_ms: number, act: () => void): () => void {
    this.#timers.add(act)
    return () => this.#timers.delete(act)
  }

  /** Resolves once somebody waits for time to pass. */
  async untilTimer(): Promise<void> {
    while (this.#timers.size === 0) await new Promise(setImmediate)
  }

  /** Lets a timer ring at `ms`. */
  tickAt(ms: number): void {
    this.nowMs = ms
    for (const act of this.#timers) act()
  }

  onSignal(listener: (signal: Signal) => void): () => void {
    this.#listener = listener
    return () => {
      this.#listener = undefined
    }
  }

  /** @throws when nobody listens, as a process would die. */
  signal(signal: Signal): void {
    if (this.#listener === undefined) throw new Error(`nobody listens to ${signal}`)
    this.#listener(signal)
  }

  readText(path: string): Promise<Result<string, Problem>> {
    const text = this.files.get(path)
    if (text !== undefined) return Promise.resolve(ok(text))
    return Promise.resolve(
      err({ code: 'NOT-FOUND', message: `there is no file ${path}`, fix: 'check the path', exitCode: 3 }),
    )
  }

  createFiles(folder: string, files: readonly NewFile[]): Promise<Result<void, Problem>> {
    const there = files.map(({ path }) => `${folder}/${path}`).filter((path) => this.files.has(path))
    if (there.length > 0) {
      return Promise.resolve(
        err({
          code: 'EXISTS',
          message: `${there.join(', ')} is there already`,
          fix: 'name another folder',
          exitCode: 5,
        }),
      )
    }
    for (const { path, text } of files) this.files.set(`${folder}/${path}`, text)
    return Promise.resolve(ok(undefined))
  }

  openControlPlane(options: Parameters<CliHost['openControlPlane']>[0]): Promise<Result<ControlPlane, Problem>> {
    this.opened.push(options)
    return Promise.resolve(this.control)
  }

  openBatch(request: BatchEndpointRequest): Promise<Result<ServedBatch, Problem>> {
    this.batchRequests.push(request)
    return Promise.resolve(this.batch)
  }

  readonly openedRemote: { readonly url: string; readonly dir: string }[] = []

  openRemote(options: { readonly url: string; readonly dir: string }): Promise<Result<ControlPlane, Problem>> {
    this.openedRemote.push(options)
    return Promise.resolve(this.control)
  }

  loadWorkflow(path: string): Promise<Result<LoadedWorkflow, InvalidWorkflow>> {
    const missing = { diagnostics: [], rendered: `✗ WF-READ  there is no file ${path}`, exitCode: 3 } as const
    return Promise.resolve(this.workflows.get(path) ?? err(missing))
  }

  explain(error: unknown): Problem | undefined {
    return error instanceof ProblemError ? error.problem : undefined
  }

  canAsk = false
  /** What the user says to each question, in turn. */
  readonly answers: string[] = []
  readonly questions: string[] = []

  ask(question: string): Promise<string | undefined> {
    this.questions.push(question)
    return Promise.resolve(this.answers.shift())
  }

  account: AccountReport = { isBootstrapped: false, checks: [] }

  checkAccount(): Promise<AccountReport> {
    return Promise.resolve(this.account)
  }

  deployer: Result<Deployer, Problem> = err({
    code: 'DEPLOY-LIBRARIES',
    message: 'aws-cdk-lib is not installed',
    fix: 'npm install aws-cdk-lib',
    exitCode: 2,
  })
  readonly deployments: DeploymentChoice[] = []

  openDeployer(choice: DeploymentChoice): Promise<Result<Deployer, Problem>> {
    this.deployments.push(choice)
    return Promise.resolve(this.deployer)
  }

  checkMachine(): Promise<readonly MachineCheck[]> {
    return Promise.resolve(this.checks)
  }

  /** Runs a command line given as one text of words without spaces in them. */
  run(words: string): Promise<number> {
    return main(
      words.split(' ').filter((word) => word !== ''),
      this,
    )
  }
}
