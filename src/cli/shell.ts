import { exitCodes } from '#cli/exit-code.ts'
import { shellWord } from '#cli/format/shell-word.ts'
import type { CliHost, Signal } from '#cli/host.ts'
import { stay } from '#cli/stay.ts'
import { line, span, type Line } from '#cli/terminal/line.ts'
import { columnsOf, lookOf, paint, type Look } from '#cli/terminal/look.ts'
import { printableLines } from '#cli/terminal/printable.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { Problem } from '#contract/problem.ts'
import { err, type Result } from '#core/result.ts'

/** Options that every verb takes. */
export interface GlobalOptions {
  readonly dir: string
  readonly color: boolean
  /** Whether questions may be asked. */
  readonly input?: boolean
  /** The address of a control plane. */
  readonly api?: string
}

/** The default of `--dir`. */
export const defaultDir = '.forkcast'

/** What a verb has in hand: data goes to standard output, all else to standard error. */
export class Shell {
  readonly host: CliHost
  readonly dir: string
  /** The control plane that verbs are about; `undefined`: this machine. */
  readonly api: string | undefined
  /** Whether somebody is there to be asked, and wants to be. */
  readonly mayAsk: boolean
  readonly out: Look
  readonly err: Look
  /** As it was typed. */
  readonly #api: string | undefined
  #held: { signal?: Signal; readonly release: () => void } | undefined

  constructor(host: CliHost, options: GlobalOptions) {
    this.host = host
    this.dir = options.dir
    this.#api = options.api
    this.mayAsk = host.canAsk && options.input !== false
    const environment = host.env['FORKCAST_API']
    this.api = options.api ?? (environment === '' ? undefined : environment)
    this.out = lookOf(host.stdout, host.env, options.color)
    this.err = lookOf(host.stderr, host.env, options.color)
  }

  /** Writes to standard output as it is, and waits while nobody reads. */
  async data(text: string): Promise<void> {
    if (!this.host.stdout.write(text)) await this.host.stdout.drained()
  }

  /** One JSON document on standard output. */
  async json(value: object): Promise<void> {
    await this.data(`${escapeControls(JSON.stringify(value, null, 2))}\n`)
  }

  /** One JSON document on one line of standard output. */
  async jsonLine(value: object): Promise<void> {
    await this.data(`${escapeControls(JSON.stringify(value))}\n`)
  }

  /** Lines on standard output, not cut: what is too long is wrapped by the terminal. */
  async lines(lines: readonly Line[]): Promise<void> {
    await this.data(lines.map((each) => `${paint(each, this.out)}\n`).join(''))
  }

  /** Lines on standard error. */
  notes(lines: readonly Line[]): void {
    if (lines.length > 0) this.host.stderr.write(lines.map((each) => `${paint(each, this.err)}\n`).join(''))
  }

  /** Text of several lines on standard error, its own line breaks kept. */
  noteText(text: string): void {
    this.host.stderr.write(`${printableLines(text.trimEnd())}\n`)
  }

  /** Columns of standard output; `Infinity` when it is no terminal. */
  get columns(): number {
    return columnsOf(this.host.stdout)
  }

  /** Says what went wrong and what to do; the exit code that goes with it. */
  problem(problem: Problem): number {
    const { bad, to } = this.err.symbols
    const [first = '', ...rest] = problem.message.trimEnd().split('\n')
    this.notes([
      [span(`${bad} ${problem.code}`, 'bad'), span(`  ${first}`)],
      ...rest.map((text) => line(text)),
      ...(problem.fix === '' ? [] : [line(`  ${to} ${problem.fix}`)]),
    ])
    return problem.exitCode
  }

  /** The same for several: the exit code is that of the first. */
  problems(problems: readonly Problem[]): number {
    const [exitCode = exitCodes.failed] = problems.map((problem) => this.problem(problem))
    return exitCode
  }

  /** A command of this program as the user has to type it, on the same state directory or control plane. */
  command(...words: readonly string[]): string {
    const dir = this.dir === defaultDir ? [] : ['--dir', this.dir]
    const api = this.#api === undefined ? [] : ['--api', this.#api]
    return [this.host.command, ...[...words, ...dir, ...api].map(shellWord)].join(' ')
  }

  /** Says a fault that has a name on this machine; `undefined` when it has none, and is a bug. */
  fault(error: unknown): number | undefined {
    const problem = this.host.explain(error)
    return problem && this.problem(problem)
  }

  /** An engine that serves is one of this machine; all else may be elsewhere. */
  async #open({ serves = false, ...options }: OpenOptions): Promise<Result<ControlPlane, Problem>> {
    const { host, dir, api } = this
    if (serves && this.#api !== undefined) return err(servesHere)
    if (serves || api === undefined) return host.openControlPlane({ dir, ...options })
    return options.poolsFile === undefined ? host.openRemote({ url: api, dir }) : err(poolsElsewhere)
  }

  /** Leaves signals to the caller from now on; one that was held is the answer. */
  takeSignals(): Signal | undefined {
    const held = this.#held
    this.#held = undefined
    held?.release()
    return held?.signal
  }

  /** A signal that comes before there is a run to interrupt is kept until there is; another one ends the process. */
  holdSignals(): void {
    const held: { signal?: Signal; readonly release: () => void } = {
      release: this.host.onSignal((signal) => {
        held.signal = signal
        held.release()
      }),
    }
    this.#held = held
  }

  /**
   * Opens the control plane for `act` and closes it after, whatever happens; runs that other processes gave it meanwhile
   * come to their end before.
   */
  async withControl(
    { drainS = 0, ...options }: OpenOptions & { readonly drainS?: number },
    act: (control: ControlPlane) => Promise<number>,
  ): Promise<number> {
    const opened = await this.#open(options)
    if (!opened.ok) return this.problem(opened.error)
    const control = opened.value
    try {
      const acted = await act(control)
      // Nobody took it: nothing was followed.
      const signal = this.takeSignals()
      const exitCode = signal === undefined ? acted : exitCodes[signal]
      if (!isSignal.has(exitCode))
        await stay(this.host, control, { drainS, say: (words) => this.notes([line(words, 'wait')]) })
      return exitCode
    } finally {
      this.takeSignals()
      await control.close({ drainS: 0 })
    }
  }
}

interface OpenOptions extends Omit<Parameters<CliHost['openControlPlane']>[0], 'dir'> {
  /** It is there to work for others. */
  readonly serves?: boolean
}

const servesHere: Problem = {
  code: 'USAGE',
  message: 'this verb is about this machine, and not about a control plane elsewhere',
  fix: 'leave --api out',
  exitCode: 2,
}

const poolsElsewhere: Problem = {
  code: 'USAGE',
  message: 'pools are those of the control plane: a pools file counts only on this machine',
  fix: 'leave --pools or --api out',
  exitCode: 2,
}

/** After a signal the control plane is closed. */
const isSignal: ReadonlySet<number> = new Set([exitCodes.SIGINT, exitCodes.SIGTERM])

/** JSON leaves DEL and the C1 controls as they are, and a terminal may obey them. */
function escapeControls(json: string): string {
  return json.replace(/[\u007f-\u009f\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
