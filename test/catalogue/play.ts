import type { Json } from '#core/json.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { hashedOutputs } from '../operations/hashing-script.ts'
import type { Script } from '../simulation/agent.ts'
import type { Chances } from '../simulation/faults.ts'
import { pools as usualPools } from '../simulation/scenario-of.ts'
import { simulate, type Played, type Scenario, type WorldName } from '../simulation/simulate.ts'
import type { Conditions } from '../simulation/simulation.ts'

const hourMs = 3600_000

/** What a test of the catalogue says of its world; the rest is calm. */
export interface Around {
  readonly world?: WorldName
  readonly chances?: Chances
  readonly conditions?: Partial<Conditions>
  readonly script?: (objects: ObjectStore) => Script
  readonly vcpus?: number
  readonly pools?: Scenario['pools']
  readonly meanwhile?: Scenario['meanwhile']
  readonly mostEvents?: number
}

/** Every clone takes 10 s and leaves what depends on its inputs alone; lists are `[0, 1, 2]`. */
export function steady(objects: ObjectStore): Script {
  return async (slot, assignment) => {
    const lists = { [slot.task]: [0, 1, 2] as Json }
    const declared = Object.hasOwn(assignment.outputs, 'list') ? lists : {}
    return { takesS: 10 + slot.clone, outputs: await hashedOutputs(objects, assignment, declared) }
  }
}

/** Plays a workflow in an account, unless told otherwise, with these faults for an hour. */
export function play(workflow: Workflow, around: Around = {}): Promise<Played> {
  const { world = 'account', chances = {}, script = steady, vcpus = 1000, pools = usualPools, conditions = {} } = around
  return simulate({
    world,
    conditions: { seed: 'catalogue', chances, calmAfterMs: hourMs, latencyMs: 5, mostCrashes: 100, ...conditions },
    workflow,
    script,
    pools,
    machine: { vcpus, memoryMiB: 1_000_000, gpus: 0 },
    ...(around.meanwhile === undefined ? {} : { meanwhile: around.meanwhile }),
    ...(around.mostEvents === undefined ? {} : { mostEvents: around.mostEvents }),
  })
}

/** The run of a simulation. */
export async function runOf({ store, runs }: Played): Promise<RunRecord> {
  const [run] = runs
  const row = run === undefined ? undefined : await store.rows.get(run, 'run', 'run')
  if (row === undefined) throw new Error('there is no run')
  return row.value
}

export async function slotsIn({ store, runs }: Played): Promise<readonly SlotRecord[]> {
  const page = await store.rows.list(runs[0]!, 'slot', { limit: 100_000 })
  return page.items.map(({ value }) => value)
}

/** States of tasks and hashes of their outputs: what no fault may change. */
export async function resultsOf({ store, runs }: Played): Promise<Readonly<Record<string, string>>> {
  const results: Record<string, string> = {}
  for (const { id, value } of (await store.rows.list(runs[0]!, 'task', { limit: 100_000 })).items) {
    const hashes = Object.values(value.outputs ?? {}).map((output) => ('sha256' in output ? output.sha256 : 'folder'))
    results[id] = [value.state, ...hashes].join(' ')
  }
  return results
}

/** How many lines of the trace say this. */
export function saidIn({ sim }: Played, words: string): number {
  return sim.trace.filter((line) => line.includes(words)).length
}
