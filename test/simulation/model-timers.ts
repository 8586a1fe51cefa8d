import type { Timer, Timers } from '#ports/timers.ts'
import { numbers } from '../operations/drawn.ts'
import type { Process } from './process.ts'
import type { Simulation } from './simulation.ts'

/** How exact timers are: those of a process are late at most; delayed messages come early, twice or never. */
export type Exactness = 'alarms' | 'messages'

/** Timers that ring by `ring`; the same one set again rings once. */
export class ModelTimers implements Timers {
  readonly #sim: Simulation
  readonly #host: Process
  readonly #exactness: Exactness
  readonly #ring: (timer: Timer) => void
  readonly #set = new Set<string>()

  constructor(sim: Simulation, host: Process, exactness: Exactness, ring: (timer: Timer) => void) {
    this.#sim = sim
    this.#host = host
    this.#exactness = exactness
    this.#ring = ring
  }

  async set(timer: Timer): Promise<void> {
    const key = JSON.stringify(timer)
    if (this.#set.has(key)) return
    this.#set.add(key)
    const sim = this.#sim
    const ring = (delayMs: number): void => {
      sim.after(this.#host, delayMs, () => {
        this.#set.delete(key)
        sim.note(`timer ${timer.kind} ${timer.kind === 'run-timeout' ? '' : timer.slot.task} rings`)
        this.#ring(timer)
      })
    }
    const untilMs = timer.atMs - sim.wallMs
    // Most of all those that tell of silent agents: others may take their places meanwhile.
    const occasions = numbers(timer.kind === 'lease' ? 8 : 1)
    const lateMs = sim.strikes('timer late') ? sim.between(1, 60_000) : 0
    if (this.#exactness === 'alarms') return ring(untilMs + lateMs)
    if (occasions.some(() => sim.strikes('timer dropped'))) return undefined
    if (sim.strikes('timer twice')) ring(untilMs + sim.between(0, 30_000))
    if (untilMs > 0 && sim.strikes('timer early')) return ring(untilMs * sim.random.next())
    return ring(untilMs + lateMs)
  }
}
