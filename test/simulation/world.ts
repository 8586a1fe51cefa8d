import type { Json } from '#core/json.ts'
import type { Pool, Room } from '#core/pools/pool.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Store } from '#ports/store.ts'
import type { Script } from './agent.ts'
import type { Simulation } from './simulation.ts'

/** What happens in a world. */
export interface Scene {
  readonly sim: Simulation
  /** What outlives every process. */
  readonly store: Store
  readonly objects: ObjectStore
  readonly workflow: Workflow
  readonly params: Readonly<Record<string, Json>>
  readonly pools: readonly Pool[]
  readonly machine: Room
  readonly script: Script
  /** Told of what must not be: an operation that throws while nothing is amiss. */
  readonly onBreach: (breach: string) => void
}

/** A place where operations run. */
export interface World {
  /** Somebody submits the workflow; from here on all goes its way. */
  begin(): void
  /** Somebody cancels every run that is active. */
  cancel(): void
  /** Somebody says of these attempts in doubt that they are to be followed by another. */
  force(run: RunId, tasks: readonly string[]): void
  /** What is left when all is over: jobs that hold a place, waits that nobody answered. */
  leftovers(): { readonly jobs: readonly string[]; readonly waits: readonly string[] }
  /** Events in the history of the longest execution. */
  longestHistory(): number
}

export const tenant = 'test'

/** What was amiss just before the calm may still be felt for so long. */
const graceMs = 60_000

/** What a caller hears of a fault that was made: of a call, or of a store that says that somebody else was first. */
const made = /is rejected$|was given out twice$|^Error: gave up after \d+ conflicting writes/

/** An error that no fault explains is a breach at any time; others are to be expected only while there are faults. */
export function noteError({ sim, onBreach }: Pick<Scene, 'sim' | 'onBreach'>, where: string, error: unknown): void {
  sim.note(`${where} throws ${String(error)}`)
  const isLate = sim.elapsedMs > sim.conditions.calmAfterMs + graceMs
  if (isLate) onBreach(`${where} throws in the calm: ${String(error)}`)
  else if (!made.test(String(error))) onBreach(`${where} throws: ${String(error)}`)
}
