import { hash } from 'node:crypto'
import { seededRandom, type Random } from '#core/random.ts'
import { parseRunId } from '#core/run/ids.ts'
import type { Ids } from '#ports/ids.ts'
import { FaultCounts, type Chances, type FaultType } from './faults.ts'
import { Process } from './process.ts'
import { VirtualTime } from './virtual-time.ts'

/** What is done to the n-th port call. */
export interface Nth {
  readonly n: number
  readonly how: 'rejected before' | 'rejected after' | 'crash before' | 'crash after'
}

/** What a simulation is told beforehand. */
export interface Conditions {
  readonly seed: string
  readonly chances: Chances
  /** Faults end so long after the start. */
  readonly calmAfterMs: number
  /** Port calls take up to this; a delayed one much longer. */
  readonly latencyMs: number
  /** Processes die at calls of their own accord at most so often. */
  readonly mostCrashes: number
  readonly nth?: Nth
  /** Somebody cancels the run when so many port calls have been made. */
  readonly cancelAtCall?: number
  /** Somebody cancels it while this one of the writes by which a run goes on is on its way. */
  readonly cancelAtStep?: number
  /** The first so many calls of these names are rejected: `executions.answer`. */
  readonly rejects?: Readonly<Record<string, number>>
}

const startMs = 1_700_000_000_000

/** One simulated world's time, chance, faults and trace. All that happens is given by its conditions. */
export class Simulation {
  readonly conditions: Conditions
  readonly time = new VirtualTime(startMs)
  readonly random: Random
  readonly faults = new FaultCounts()
  /** What happened, a line each. */
  readonly trace: string[] = []
  /** Port calls of operations so far, by name. */
  readonly callNames: string[] = []
  lastFaultMs = 0
  /** Told when it is time to cancel. */
  onCancel: (() => void) | undefined
  /** How long the trace was at the last fault. */
  lastFaultAt = 0
  /** By how much the clock of the whole world has been set back or forward. */
  stepMs = 0
  readonly ids: Ids
  readonly #rejected = new Map<string, number>()
  readonly #down = new Map<string, number>()
  #crashes = 0
  #processes = 0
  #tokens = 0
  #runs = 0
  #steps = 0

  constructor(conditions: Conditions) {
    this.conditions = conditions
    this.random = seededRandom(conditions.seed)
    this.ids = {
      run: () => {
        this.#runs += 1
        return parseRunId(`run_${String(this.#runs).padStart(8, '0')}`)!
      },
      token: () => this.token(),
    }
  }

  get elapsedMs(): number {
    return this.time.nowMs - startMs
  }

  /** What a clock shows that is not off by itself. */
  get wallMs(): number {
    return this.time.nowMs + this.stepMs
  }

  get stormy(): boolean {
    return this.elapsedMs < this.conditions.calmAfterMs
  }

  /** SHA-256 of the trace: equal for equal seeds. */
  get hash(): string {
    return hash('sha256', this.trace.join('\n'))
  }

  note(line: string): void {
    this.trace.push(`${(this.elapsedMs / 1000).toFixed(3).padStart(9)} ${line}`)
  }

  chance(probability: number): boolean {
    return this.random.next() < probability
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.random.next()
  }

  /** Whether this fault happens now; counted when it does. */
  strikes(type: FaultType): boolean {
    const probability = this.conditions.chances[type]
    if (probability === undefined || !this.stormy || !this.chance(probability)) return false
    this.count(type)
    return true
  }

  count(type: FaultType): void {
    this.faults.add(type)
    this.lastFaultMs = this.elapsedMs
    this.lastFaultAt = this.trace.length
  }

  /** Whether the write by which the run goes on is the one that a cancel overtakes. */
  isOvertaken(): boolean {
    this.#steps += 1
    return this.#steps === this.conditions.cancelAtStep
  }

  /** Whether a port is down, or goes down now, for a few seconds. */
  isDown(port: string): boolean {
    const untilMs = this.#down.get(port) ?? 0
    if (untilMs > this.elapsedMs) return true
    if (!this.strikes('port down for a while')) return false
    this.#down.set(port, this.elapsedMs + this.between(500, 15_000))
    return true
  }

  /** Whether this call is one of those that the conditions reject by name. */
  isRejected(call: string): boolean {
    const before = this.#rejected.get(call) ?? 0
    if (before >= (this.conditions.rejects?.[call] ?? 0)) return false
    this.#rejected.set(call, before + 1)
    this.count('call rejected before it took effect')
    return true
  }

  /** Whether there may be one more crash. */
  mayCrash(): boolean {
    return this.#crashes < this.conditions.mostCrashes
  }

  crashed(): void {
    this.#crashes += 1
  }

  process(name: string): Process {
    this.#processes += 1
    return new Process(`${name}#${this.#processes}`)
  }

  token(): string {
    this.#tokens += 1
    return `token-${this.#tokens}`
  }

  /** Happens unless the process is dead by then. */
  after(process: Process, delayMs: number, happen: () => void): void {
    this.time.after(delayMs, () => {
      if (process.alive) happen()
    })
  }

  /** Never comes back to a process that died meanwhile. */
  sleep(process: Process, delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(process, delayMs, resolve))
  }
}
