import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { Json } from '#core/json.ts'
import type { Pool, Room } from '#core/pools/pool.ts'
import type { RunId } from '#core/run/ids.ts'
import { isRunTerminal } from '#core/run/run.ts'
import { latestAttempt } from '#core/run/task.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Store } from '#ports/store.ts'
import { checkRun } from '../invariants/check-run.ts'
import { AccountWorld } from './account-world.ts'
import type { Script } from './agent.ts'
import { MachineWorld } from './machine-world.ts'
import { Simulation, type Conditions } from './simulation.ts'
import { tenant, type Scene, type World } from './world.ts'

export const worlds = { machine: MachineWorld, account: AccountWorld } as const
export type WorldName = keyof typeof worlds

/** All that a simulation is made from. */
export interface Scenario {
  readonly world: WorldName
  readonly conditions: Conditions
  readonly workflow: Workflow
  readonly params?: Readonly<Record<string, Json>>
  readonly script: (objects: ObjectStore) => Script
  readonly pools: readonly Pool[]
  readonly machine: Room
  /** More happenings than these are taken for a loop without end. */
  readonly mostEvents?: number
  /** So often somebody says that tasks in doubt are to be run again; absent: never. */
  readonly forcesEveryMs?: number
  /** Things that happen by themselves at a time. */
  readonly meanwhile?: readonly {
    readonly afterMs: number
    readonly happens: (world: World, sim: Simulation) => void
  }[]
}

/** What came of it. */
export interface Played {
  readonly sim: Simulation
  readonly store: Store
  readonly objects: ObjectStore
  readonly world: World
  readonly runs: readonly RunId[]
  readonly breaches: readonly string[]
  /** Waits of executions that nobody has answered. */
  readonly unanswered: readonly string[]
  /** Port calls, and happenings of any kind. */
  readonly events: number
  /** Virtual time at which the last run ended. */
  readonly endedMs: number
}

/** After the last fault a run ends within this (I5): longer than any clone, every backoff and many sweeps. */
const boundMs = 5 * 3600_000
/** How long after the end what was still to come may come. */
const aftermathMs = 900_000
/** More than any small run needs. */
const usualMostEvents = 300_000

/** Plays a scenario to its end and checks every invariant, and the tail: all ends once the faults have. */
export async function simulate(scenario: Scenario): Promise<Played> {
  const { conditions, workflow, pools, machine, mostEvents = usualMostEvents } = scenario
  const sim = new Simulation(conditions)
  const store = new MemoryStore()
  const objects = new MemoryObjects()
  const breaches: string[] = []
  const scene: Scene = {
    sim,
    store,
    objects,
    workflow,
    params: scenario.params ?? {},
    pools,
    machine,
    script: scenario.script(objects),
    onBreach: (breach) => breaches.push(breach),
  }
  const world = new worlds[scenario.world](scene)
  for (const { afterMs, happens } of scenario.meanwhile ?? []) sim.time.after(afterMs, () => happens(world, sim))
  if (scenario.forcesEveryMs !== undefined && workflow.tasks.some(({ idempotent }) => !idempotent)) {
    forceInDoubt(sim, store, world, scenario.forcesEveryMs)
  }
  sim.onCancel = () => {
    sim.count('run cancelled')
    world.cancel()
  }
  world.begin()
  const overMs = conditions.calmAfterMs + boundMs
  let events = 0
  let endedMs: number | null = null
  for (; events < mostEvents; events += 1) {
    if (!(await sim.time.next())) break
    if (endedMs === null) {
      if (events % 16 === 0 && (await allEnded(store))) endedMs = sim.elapsedMs
      if (sim.elapsedMs > overMs) break
    } else if (sim.elapsedMs > endedMs + aftermathMs) break
  }
  if (endedMs === null && (await allEnded(store))) endedMs = sim.elapsedMs
  if (events === mostEvents) breaches.push(`I5 ${mostEvents} events, and no end`)
  else if (endedMs === null) breaches.push(`I5 no end ${Math.round(sim.elapsedMs / 1000)} s after the start`)
  const { items } = await store.rows.runs(tenant, { limit: 10 })
  const runs = items.map(({ id }) => id)
  for (const run of runs) {
    breaches.push(...(await checkRun(store, objects, run, workflow)), ...(await wentOnTooLong(store, run)))
  }
  const { jobs, waits } = world.leftovers()
  breaches.push(...jobs.map((job) => `I6 job ${job} is alive at the end`))
  breaches.push(...waits.map((token) => `I5 nobody has answered ${token}`))
  return { sim, store, objects, world, runs, breaches, unanswered: waits, events, endedMs: endedMs ?? sim.elapsedMs }
}

/** Somebody looks now and then what is in doubt, until all is over. */
function forceInDoubt(sim: Simulation, store: Store, world: World, everyMs: number): void {
  sim.time.after(everyMs, () => {
    void (async () => {
      if (await allEnded(store)) return
      for (const { id } of (await store.rows.active({ limit: 10 })).items) {
        const { items } = await store.rows.list(id, 'task', { limit: 1000 })
        const inDoubt = items.filter(({ value }) => {
          return value.state === 'running' && latestAttempt(value)?.state === 'in-doubt'
        })
        const tasks = inDoubt.map((task) => task.id)
        if (tasks.length > 0) sim.note(`somebody forces ${tasks.join(' ')}`)
        world.force(id, tasks)
      }
      forceInDoubt(sim, store, world, everyMs)
    })()
  })
}

/** What only a run that goes on writes. */
const goesOn: ReadonlySet<string> = new Set([
  'task.ready',
  'task.expanded',
  'task.skipped',
  'task.reused',
  'task.committed',
  'task.failed',
  'attempt.started',
  'attempt.failed',
  'attempt.in-doubt',
  'slot.leased',
])

/** Nothing is started, leased or decided once the run is told to end. */
async function wentOnTooLong(store: Store, run: RunId): Promise<readonly string[]> {
  const { items: log } = await store.log.list(run, { limit: 1_000_000 })
  const told = log.findIndex(({ event }) => event.type === 'run.cancelling')
  if (told === -1) return []
  const late = log.slice(told).filter(({ event }) => goesOn.has(event.type))
  return late.map(({ id, event }) => `${event.type} of ${id} after the run was told to end`)
}

async function allEnded(store: Store): Promise<boolean> {
  const { items } = await store.rows.runs(tenant, { limit: 10 })
  return items.length > 0 && items.every(({ state }) => isRunTerminal(state))
}
