import type { RunId } from '#core/run/ids.ts'
import { cancel } from '#operations/cancel.ts'
import { Definitions } from '#operations/definitions.ts'
import { dispatch } from '#operations/dispatch.ts'
import { jobEnded } from '#operations/job-ended.ts'
import { lease } from '#operations/lease.ts'
import { plan } from '#operations/plan.ts'
import type { Ports } from '#operations/ports.ts'
import { renew } from '#operations/renew.ts'
import { report } from '#operations/report.ts'
import { retry } from '#operations/retry.ts'
import { submit } from '#operations/submit.ts'
import { timerRang } from '#operations/timer-rang.ts'
import { watch, watchEveryS } from '#operations/watch.ts'
import type { JobEnded } from '#ports/pools.ts'
import { launchHandler } from '../../lambdas/launch/handler.ts'
import { settleHandler } from '../../lambdas/settle/handler.ts'
import { runAgent } from './agent.ts'
import { fenceWatched } from './fence-watched.ts'
import { ModelExecutions, type StateOutcome } from './model-executions.ts'
import { ModelPools } from './model-pools.ts'
import { ModelTimers } from './model-timers.ts'
import type { Process } from './process.ts'
import { simulatedPorts, type Behind } from './simulated-ports.ts'
import { Temper } from './temper.ts'
import { noteError, tenant, type Scene, type World } from './world.ts'

/** What became of an invocation. A dead one may have done anything up to its end. */
type Invocation<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'failed' | 'died' }

/** Deliveries of one message before it is given up. */
const mostDeliveries = 4

/**
 * An account: each operation is an invocation of its own that may die at any port call. Executions, timers, messages, jobs
 * and the store survive, and deliver again what was not acknowledged; every minute the watch looks after what was lost.
 */
export class AccountWorld implements World {
  readonly #scene: Scene
  readonly #temper: Temper
  readonly #host: Process
  readonly #behind: Behind
  readonly #executions: ModelExecutions
  readonly #pools: ModelPools
  /** What warm invocations share. */
  readonly #warm: Definitions
  #dispatchDue = false
  #dispatching = false
  #told = 0
  #heard = 0

  constructor(scene: Scene) {
    const { sim, store, objects } = scene
    this.#scene = scene
    this.#temper = new Temper(scene)
    this.#host = sim.process('account')
    this.#warm = new Definitions(objects)
    this.#executions = new ModelExecutions(sim, this.#host, {
      launch: (input) => this.#state('launch', (ports) => launchHandler(ports)(input)),
      settle: (input) => this.#state('settle', (ports) => settleHandler(ports)(input)),
    })
    const timers = new ModelTimers(sim, this.#host, 'messages', (timer) =>
      this.#message('timer', (ports) => timerRang(ports, timer)),
    )
    const api = fenceWatched(scene, {
      lease: (request) => this.#request('lease', (ports) => lease(ports, request)),
      renew: (renewal) => this.#request('renew', (ports) => renew(ports, renewal)),
      report: (said) => this.#request('report', (ports) => report(ports, said)),
    })
    this.#pools = new ModelPools(sim, {
      pools: scene.pools,
      machine: scene.machine,
      host: this.#host,
      remote: true,
      runAgent: (job) => runAgent({ ...this.#temper.of(job), job, api, objects }),
      onEnded: (ended) => this.#tell(ended),
    })
    const dispatcher = { request: async () => this.#dispatch() }
    this.#behind = { store, objects, executions: this.#executions, pools: this.#pools, timers, dispatcher }
  }

  begin(): void {
    void this.#submit()
    this.#tick()
  }

  cancel(): void {
    const { store } = this.#scene
    void (async () => {
      const { items } = await store.rows.active({ limit: 10 })
      for (const { id } of items) await this.#request('cancel', (ports) => cancel(ports, id, 'enough'))
    })()
  }

  force(run: RunId, tasks: readonly string[]): void {
    for (const task of tasks) void this.#request('retry', (ports) => retry(ports, run, [task]))
  }

  leftovers() {
    return { jobs: this.#pools.alive().map(({ request }) => request.job), waits: this.#executions.open }
  }

  longestHistory(): number {
    return Math.max(0, ...this.#executions.events.values())
  }

  /** A client that asks until there is a run. */
  async #submit(): Promise<void> {
    const { sim, store, workflow, params } = this.#scene
    const policy = { cloning: true, hedging: true }
    for (;;) {
      await this.#invoke('submit', (ports) => submit(ports, { workflow, params, policy, tenant }))
      const { items } = await store.rows.runs(tenant, { limit: 10 })
      for (const { id } of items) this.#message('plan', (ports) => plan(ports, id))
      if (items.length > 0) return
      await sim.sleep(this.#host, 1000)
    }
  }

  /** Runs an operation in a process of its own. */
  async #invoke<T>(name: string, operation: (ports: Ports) => Promise<T>): Promise<Invocation<T>> {
    const { sim } = this.#scene
    const process = sim.process(name)
    if (sim.strikes('clock skewed')) process.skewMs = sim.between(-20_000, 20_000)
    const died = new Promise<Invocation<T>>((resolve) => {
      process.onDeath(() => resolve({ kind: 'died' }))
    })
    const crash = (): void => {
      sim.crashed()
      // What was on its way arrives or not, whoever sent it.
      for (const call of process.pending) if (sim.chance(0.5)) process.pending.delete(call)
      process.die()
    }
    const definitions = sim.chance(0.1) ? undefined : this.#warm
    const ports = simulatedPorts({ sim, process, crash }, this.#behind, definitions)
    const outcome = await Promise.race([
      operation(ports).then(
        (value): Invocation<T> => ({ kind: 'done', value }),
        (error: unknown): Invocation<T> => {
          noteError(this.#scene, process.name, error)
          return { kind: 'failed' }
        },
      ),
      died,
    ])
    if (outcome.kind === 'died') sim.note(`${process.name} dies`)
    process.alive = false
    return outcome
  }

  async #state(name: string, handler: (ports: Ports) => Promise<void>): Promise<StateOutcome> {
    const { kind } = await this.#invoke(name, handler)
    if (kind === 'done') return 'done'
    return this.#scene.sim.chance(0.5) ? 'again' : 'caught'
  }

  /** Delivered at least once, and again while it is not acknowledged; given up at last. */
  #message(name: string, operation: (ports: Ports) => Promise<void>): void {
    const { sim } = this.#scene
    const deliver = async (): Promise<void> => {
      for (let delivery = 0; delivery < mostDeliveries; delivery += 1) {
        const { kind } = await this.#invoke(name, operation)
        if (kind === 'done') return
        await sim.sleep(this.#host, sim.between(0, 2 ** delivery * 1000))
      }
      sim.note(`${name} is given up`)
    }
    void deliver()
    if (sim.strikes('invocation repeated')) sim.after(this.#host, sim.between(0, 3000), () => void deliver())
  }

  /** Asked again until it is answered. */
  async #request<T>(name: string, operation: (ports: Ports) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      const outcome = await this.#invoke(name, operation)
      if (outcome.kind === 'done') return outcome.value
      await this.#scene.sim.sleep(this.#host, this.#scene.sim.between(0, Math.min(10, 2 ** tries) * 1000))
    }
  }

  /** Somebody is told of a job's end: at least once, in any order, or never. */
  #tell(ended: JobEnded): void {
    const { sim } = this.#scene
    this.#told += 1
    const number = this.#told
    if (sim.strikes('job event dropped')) return sim.note(`the end of ${ended.job} is told nobody`)
    const times = sim.strikes('job event repeated') ? 2 + Math.floor(sim.random.next() * 4) : 1
    for (let time = 0; time < times; time += 1) {
      const delayMs = sim.strikes('job event delayed') ? sim.between(1000, 120_000) : sim.between(0, 200)
      sim.after(this.#host, delayMs, () => {
        if (number < this.#heard) sim.count('job event reordered')
        this.#heard = Math.max(this.#heard, number)
        this.#message('job-ended', (ports) => jobEnded(ports, ended))
      })
    }
    return undefined
  }

  /** One at a time, and again while it is not acknowledged; requests while one is due fall together. */
  #dispatch(): void {
    this.#dispatchDue = true
    if (this.#dispatching) return
    this.#dispatching = true
    const { sim } = this.#scene
    const loop = async (): Promise<void> => {
      while (this.#dispatchDue) {
        await sim.sleep(this.#host, sim.between(0, sim.conditions.latencyMs))
        this.#dispatchDue = false
        for (let delivery = 0; delivery < mostDeliveries; delivery += 1) {
          const { kind } = await this.#invoke('dispatch', dispatch)
          if (kind === 'done') break
          await sim.sleep(this.#host, 1000)
        }
      }
      this.#dispatching = false
    }
    void loop()
  }

  #tick(): void {
    const { sim, store } = this.#scene
    sim.after(this.#host, watchEveryS * 1000, () => {
      void (async () => {
        const begun = (await store.rows.runs(tenant, { limit: 1 })).items.length > 0
        if (begun && (await store.rows.active({ limit: 1 })).items.length === 0) return
        await this.#invoke('watch', watch)
        this.#tick()
      })()
    })
  }
}
