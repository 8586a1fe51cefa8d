import { slotKey, type RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { cancel } from '#operations/cancel.ts'
import { dispatch } from '#operations/dispatch.ts'
import { jobEnded } from '#operations/job-ended.ts'
import { lease } from '#operations/lease.ts'
import { plan } from '#operations/plan.ts'
import type { Ports } from '#operations/ports.ts'
import { renew } from '#operations/renew.ts'
import { report } from '#operations/report.ts'
import { retry } from '#operations/retry.ts'
import { submit } from '#operations/submit.ts'
import { sweep } from '#operations/sweep.ts'
import { timerRang } from '#operations/timer-rang.ts'
import { watch, watchEveryS } from '#operations/watch.ts'
import { launchHandler } from '../../lambdas/launch/handler.ts'
import { settleHandler } from '../../lambdas/settle/handler.ts'
import { runAgent } from './agent.ts'
import { fenceWatched } from './fence-watched.ts'
import { ModelExecutions, type StateOutcome } from './model-executions.ts'
import { ModelPools } from './model-pools.ts'
import { ModelTimers } from './model-timers.ts'
import type { Process } from './process.ts'
import { simulatedPorts } from './simulated-ports.ts'
import { Temper } from './temper.ts'
import { noteError, tenant, type Scene, type World } from './world.ts'

/** An engine at work, and all that dies with it. */
interface Engine {
  readonly process: Process
  readonly ports: Ports
  readonly executions: ModelExecutions
  readonly pools: ModelPools
  failing: boolean
  recovering: boolean
}

/**
 * One machine: executions, timers, jobs and memory are those of one engine and die with it; another engine opens the same
 * store, recovers and resumes. An operation that throws ends its engine a little later.
 */
export class MachineWorld implements World {
  readonly #scene: Scene
  readonly #temper: Temper
  #engine: Engine | undefined
  #longest = 0

  constructor(scene: Scene) {
    this.#scene = scene
    this.#temper = new Temper(scene)
  }

  begin(): void {
    this.#boot()
  }

  cancel(): void {
    const engine = this.#engine
    if (engine === undefined) return
    void this.#within(engine, 'cancel', async () => {
      const { items } = await engine.ports.store.rows.active({ limit: 10 })
      for (const { id } of items) await cancel(engine.ports, id, 'enough')
    })
  }

  force(run: RunId, tasks: readonly string[]): void {
    const engine = this.#engine
    if (engine === undefined) return
    void this.#within(engine, 'retry', async () => {
      for (const task of tasks) await retry(engine.ports, run, [task])
    })
  }

  leftovers() {
    const jobs = this.#engine?.pools.alive().map(({ request }) => request.job) ?? []
    return { jobs, waits: this.#engine?.executions.open ?? [] }
  }

  longestHistory(): number {
    return Math.max(this.#longest, ...(this.#engine?.executions.events.values() ?? []))
  }

  #boot(): void {
    const engine = this.#open()
    this.#engine = engine
    this.#watch(engine)
    void this.#within(engine, 'recovery', async () => {
      const { ports } = engine
      await recover(ports)
      const { items } = await ports.store.rows.runs(tenant, { limit: 10 })
      if (items.length === 0) {
        const { workflow, params } = this.#scene
        const policy = { cloning: true, hedging: true }
        await plan(ports, await submit(ports, { workflow, params, policy, tenant }))
        engine.recovering = false
        return
      }
      await engineLost(ports)
      for (const { id } of (await ports.store.rows.active({ limit: 10 })).items) await sweep(ports, id)
      engine.recovering = false
    })
  }

  /** Every minute while runs are active. */
  #watch(engine: Engine): void {
    const { sim, store } = this.#scene
    sim.after(engine.process, watchEveryS * 1000, () => {
      void this.#within(engine, 'watch', async () => {
        if ((await store.rows.active({ limit: 1 })).items.length === 0) return
        await watch(engine.ports)
        this.#watch(engine)
      })
    })
  }

  #open(): Engine {
    const { sim, store, objects, pools: described, machine } = this.#scene
    const process = sim.process('engine')
    const onError = (where: string) => (error: unknown) => this.#fails(engine, where, error)
    const state =
      <T>(name: string, handler: (ports: Ports) => (input: T) => Promise<void>) =>
      (input: T): Promise<StateOutcome> =>
        handler(ports)(input).then(
          () => 'done' as const,
          (error: unknown) => {
            onError(name)(error)
            return 'caught' as const
          },
        )
    const executions = new ModelExecutions(sim, process, {
      launch: state('launch', launchHandler),
      settle: state('settle', settleHandler),
    })
    const timers = new ModelTimers(sim, process, 'alarms', (timer) => {
      timerRang(ports, timer).catch(onError('timer'))
    })
    const api = fenceWatched(this.#scene, {
      lease: (request) => this.#orSilence(engine, 'lease', lease(ports, request)),
      renew: (renewal) => this.#orSilence(engine, 'renew', renew(ports, renewal)),
      report: (said) => this.#orSilence(engine, 'report', report(ports, said)),
    })
    const pools = new ModelPools(sim, {
      pools: described,
      machine,
      host: process,
      remote: false,
      runAgent: (job) => runAgent({ ...this.#temper.of(job), job, api, objects }),
      onEnded: (ended) => void jobEnded(ports, ended).catch(onError('job event')),
    })
    const dispatcher = this.#dispatcher(process, () => dispatch(ports).catch(onError('dispatch')))
    const crash = (): void => this.#crash(engine)
    const ports = simulatedPorts({ sim, process, crash }, { store, objects, executions, pools, timers, dispatcher })
    const engine: Engine = { process, ports, executions, pools, failing: false, recovering: true }
    return engine
  }

  /** One dispatch at a time; requests while one runs lead to one more. */
  #dispatcher(process: Process, run: () => Promise<void>) {
    const { sim } = this.#scene
    let due = false
    let running = false
    const loop = async (): Promise<void> => {
      running = true
      while (due) {
        await sim.sleep(process, sim.between(0, sim.conditions.latencyMs))
        due = false
        await run()
      }
      running = false
    }
    return {
      async request() {
        due = true
        if (!running) void loop()
      },
    }
  }

  async #within(engine: Engine, name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#fails(engine, name, error)
    }
  }

  /** An agent whose engine fails hears nothing more: it ends with its engine. */
  #orSilence<T>(engine: Engine, name: string, answer: Promise<T>): Promise<T> {
    return answer.catch((error: unknown) => {
      this.#fails(engine, name, error)
      return new Promise<never>(() => {})
    })
  }

  #fails(engine: Engine, where: string, error: unknown): void {
    const { sim } = this.#scene
    noteError(this.#scene, where, error)
    if (engine.failing) return
    engine.failing = true
    sim.after(engine.process, sim.between(0, 3000), () => this.#crash(engine))
  }

  #crash(engine: Engine): void {
    const { sim } = this.#scene
    const { process } = engine
    if (!process.alive) return
    sim.crashed()
    if (engine.recovering) sim.count('engine lost during recovery')
    sim.note(`${process.name} dies`)
    this.#longest = this.longestHistory()
    process.die()
    // What was on its way to the disk is there or not, before anybody else opens the store.
    for (const call of process.pending) {
      if (sim.chance(0.5)) call.takeEffect()
    }
    process.pending.clear()
    sim.time.after(sim.between(0, 5000), () => this.#boot())
  }
}

/** Takes back the waits of an engine that is gone. */
async function recover(ports: Ports): Promise<void> {
  for (;;) {
    const waiting = await ports.store.rows.waiting(500)
    if (waiting.length === 0) return
    for (const slot of waiting) {
      const event = { type: 'slot.unlaunched', atMs: ports.clock.nowMs() } as const
      await ports.store.rows.commit(slot.value.run, [change('slot', slot.id, slot, event)])
    }
  }
}

/** Clones of an engine that is gone are lost. */
async function engineLost(ports: Ports): Promise<void> {
  const { items } = await ports.store.rows.busy({ limit: 500 })
  for (const { run, task, attempt, clone, pool, job } of items) {
    if (job === null) throw new Error(`${slotKey({ task, attempt, clone })} is busy without a job`)
    const slot = { run, task, attempt, clone }
    const reason = 'engine lost: the program that ran this clone ended before it'
    await jobEnded(ports, { job, slot, pool, atMs: ports.clock.nowMs(), billedS: 0, exitCode: null, reason })
  }
}
