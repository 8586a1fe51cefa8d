import { executionInput, type ExecutionInput, type LaunchInput, type SettleInput } from '#contract/state-machine.ts'
import type { Executions, FrontierInput } from '#ports/executions.ts'
import type { Process } from './process.ts'
import type { Simulation } from './simulation.ts'

/** What came of the function behind a state: it succeeded, it is tried again, or its error is caught. */
export type StateOutcome = 'done' | 'again' | 'caught'

/** The functions behind the states. */
export interface StateFunctions {
  readonly launch: (input: LaunchInput) => Promise<StateOutcome>
  readonly settle: (input: SettleInput) => Promise<StateOutcome>
}

/** What `Retry` of both states allows. */
const mostRetries = 8

/**
 * The state machine of the contract as a model: a Map over clones of Launch, which waits for its token, then Settle; both
 * retried and caught. The suite of the executions port holds it to what the interpreter does.
 */
export class ModelExecutions implements Executions {
  readonly #sim: Simulation
  readonly #host: Process
  readonly #functions: StateFunctions
  readonly #names = new Set<string>()
  readonly #waits = new Map<string, () => void>()
  /** Events in the history of each execution, counted as Step Functions does. */
  readonly events = new Map<string, number>()

  constructor(sim: Simulation, host: Process, functions: StateFunctions) {
    this.#sim = sim
    this.#host = host
    this.#functions = functions
  }

  /** Waits that nobody has answered. */
  get open(): readonly string[] {
    return [...this.#waits.keys()]
  }

  async start(name: string, input: FrontierInput): Promise<'started' | 'already'> {
    if (this.#names.has(name)) return 'already'
    this.#names.add(name)
    // ExecutionStarted and -Succeeded; MapStateEntered, -Started, -Succeeded, -Exited.
    this.#count(name, 6)
    this.#sim.after(
      this.#host,
      this.#delayMs(),
      () => void this.#frontier(name, executionInput(input.run, input.tasks)),
    )
    return 'started'
  }

  async answer(token: string): Promise<'answered' | 'spent'> {
    const answered = this.#waits.get(token)
    if (answered === undefined) return 'spent'
    this.#waits.delete(token)
    this.#sim.after(this.#host, this.#delayMs(), answered)
    return 'answered'
  }

  async #frontier(name: string, { clones, attempts }: ExecutionInput): Promise<void> {
    await Promise.all(clones.map((clone) => this.#clone(name, clone)))
    // TaskStateEntered and -Exited; each try adds TaskScheduled, TaskStarted, TaskSucceeded or TaskFailed.
    this.#count(name, 2)
    for (let retries = 0; ; retries += 1) {
      this.#count(name, 3)
      const outcome = await this.#functions.settle({ attempts })
      if (outcome !== 'again' || retries === mostRetries) return
      await this.#backoff(retries)
    }
  }

  async #clone(name: string, slot: LaunchInput['slot']): Promise<void> {
    // MapIterationStarted and -Succeeded, TaskStateEntered and -Exited.
    this.#count(name, 4)
    for (let retries = 0; ; retries += 1) {
      // TaskScheduled, TaskStarted, TaskSubmitted, TaskSucceeded or TaskFailed.
      this.#count(name, 4)
      const token = this.#sim.token()
      const answered = new Promise<void>((resolve) => this.#waits.set(token, resolve))
      const outcome = await this.#functions.launch({ slot, token })
      if (outcome === 'done') return answered
      this.#waits.delete(token)
      if (outcome === 'caught' || retries === mostRetries) return undefined
      this.#sim.count('launch retried')
      await this.#backoff(retries)
    }
  }

  #count(name: string, events: number): void {
    this.events.set(name, (this.events.get(name) ?? 0) + events)
  }

  #backoff(retries: number): Promise<void> {
    return this.#sim.sleep(this.#host, this.#sim.between(0, Math.min(60, 2 ** retries) * 1000))
  }

  #delayMs(): number {
    return this.#sim.between(0, this.#sim.conditions.latencyMs)
  }
}
