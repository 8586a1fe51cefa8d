import type { AlarmClock } from '#adapters/local/alarm-clock.ts'
import { interpretedExecutions } from '#adapters/local/interpreted-executions.ts'
import { createLocalDispatcher } from '#adapters/local/local-dispatcher.ts'
import { createLocalTimers } from '#adapters/local/local-timers.ts'
import { createEmulatedPools, type EmulatedPoolsOptions } from '#adapters/local/pools/emulated-pools.ts'
import type { CloneApi } from '#contract/clone-api.ts'
import type { Chance } from '#core/pools/chance.ts'
import type { LocalPools } from '#core/pools/emulation.ts'
import type { RunId } from '#core/run/ids.ts'
import { change, type Stored } from '#core/run/record.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { announceCommits, commitSignal, type CommitSignal } from '#local/commit-signal.ts'
import { tickEvery, type Ticking } from '#local/tick-every.ts'
import { Definitions } from '#operations/definitions.ts'
import { dispatch } from '#operations/dispatch.ts'
import { jobEnded } from '#operations/job-ended.ts'
import { surelyHeldS } from '#operations/last-sign.ts'
import { lease } from '#operations/lease.ts'
import type { Ports } from '#operations/ports.ts'
import { renew } from '#operations/renew.ts'
import { report } from '#operations/report.ts'
import { sweep } from '#operations/sweep.ts'
import { timerRang } from '#operations/timer-rang.ts'
import { watch, watchEveryS } from '#operations/watch.ts'
import type { Ids } from '#ports/ids.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Store } from '#ports/store.ts'
import { launchHandler } from '../../lambdas/launch/handler.ts'
import { settleHandler } from '../../lambdas/settle/handler.ts'

/** What an engine is made of. */
export interface EngineOptions {
  readonly store: Store
  readonly objects: ObjectStore
  readonly clock: AlarmClock
  readonly ids: Ids
  readonly pools: LocalPools
  readonly chance: Chance
  /** The body of a clone's job, which talks to the control plane through `api`. */
  readonly runJob: (
    api: CloneApi,
    ...job: Parameters<EmulatedPoolsOptions['runJob']>
  ) => ReturnType<EmulatedPoolsOptions['runJob']>
}

/** The local control plane at work: the same operations as in an account, over this machine's adapters. */
export interface Engine {
  readonly ports: Ports
  readonly signal: CommitSignal
  /** Takes back the waits of an engine that is gone, so that its runs go on only when they are resumed. */
  recover(): Promise<void>
  /** Repairs what got lost of these runs, each minute from now on; other ones wait until somebody resumes them. */
  keepWatch(ours: (run: RunId) => boolean): void
  /** Goes on with a run that is not terminal; clones that a dead engine left are lost. */
  resume(run: RunId): Promise<void>
  /** No new starts; running clones get `drainS`, then TERM, then KILL. No job is alive when it resolves. */
  close(options: { readonly drainS: number }): Promise<void>
}

/** Wires operations to adapters of this machine. Faults of the engine itself go to followers through `signal`. */
export function startEngine(options: EngineOptions): Engine {
  const { clock, ids, objects } = options
  const signal = commitSignal()
  const onError = (error: unknown): void => signal.fail(error)
  const executions = interpretedExecutions(ids, onError)
  const dispatcher = createLocalDispatcher({ dispatch: () => dispatch(ports), onError })
  const timers = createLocalTimers({ clock, ring: (timer) => timerRang(ports, timer), onError })
  /** The agent asks again; that it has to is a fault of this process, which is told at once. */
  const answered = async <T>(call: Promise<T>): Promise<T> => {
    call.catch(onError)
    return call
  }
  const api: CloneApi = {
    lease: (request) => answered(lease(ports, request)),
    renew: (renewal) => answered(renew(ports, renewal)),
    report(said) {
      pools.vacate(said.job)
      return answered(report(ports, said))
    },
  }
  const pools = createEmulatedPools({
    pools: options.pools.pools,
    machine: options.pools.machine,
    clock,
    chance: options.chance,
    runJob: (job, abort) => options.runJob(api, job, abort),
    onEnded: (event) => jobEnded(ports, event),
    onRoom: () => void dispatcher.request(),
    onError,
  })
  const ports: Ports = {
    store: announceCommits(options.store, signal),
    objects,
    executions,
    pools,
    timers,
    dispatcher,
    clock,
    ids,
    definitions: new Definitions(objects),
  }
  let ticking: Ticking | undefined
  executions.connect({ launch: launchHandler(ports), settle: settleHandler(ports) })
  return {
    ports,
    signal,
    async recover() {
      for (;;) {
        const waiting = await ports.store.rows.waiting(500)
        if (waiting.length === 0) return
        for (const slot of waiting) await unlaunch(ports, slot)
      }
    },
    keepWatch(ours) {
      ticking ??= tickEvery({ seconds: watchEveryS, clock, act: () => watch(ports, ours), onError })
    },
    async resume(run) {
      for (const slot of await busySlots(ports)) if (slot.run === run) await engineLost(ports, slot)
      await sweep(ports, run)
    },
    async close({ drainS }) {
      const ended = Promise.all([ticking?.close(), dispatcher.close(), timers.close(), pools.close({ drainS })])
      await Promise.all([ended, executions.close()])
    },
  }
}

async function unlaunch(ports: Pick<Ports, 'store' | 'clock'>, slot: Stored<'slot'>): Promise<void> {
  const event = { type: 'slot.unlaunched', atMs: ports.clock.nowMs() } as const
  await ports.store.rows.commit(slot.value.run, [change('slot', slot.id, slot, event)])
}

async function busySlots(ports: Pick<Ports, 'store'>): Promise<readonly SlotRecord[]> {
  const slots: SlotRecord[] = []
  let after: string | undefined
  do {
    const page = await ports.store.rows.busy({ limit: 500, ...(after === undefined ? {} : { after }) })
    slots.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return slots
}

/** Nobody can say how long the clone held its place: it is billed up to its last sign of life. */
async function engineLost(ports: Ports, slot: SlotRecord): Promise<void> {
  const { run, task, attempt, clone, job, pool } = slot
  if (job === null) return
  await jobEnded(ports, {
    job,
    slot: { run, task, attempt, clone },
    pool,
    atMs: ports.clock.nowMs(),
    billedS: surelyHeldS(slot),
    exitCode: null,
    reason: 'engine lost: the program that ran this clone ended before it; billed up to its last sign of life',
  })
}
