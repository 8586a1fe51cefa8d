import type { Json } from '#core/json.ts'
import type { Pool, Room } from '#core/pools/pool.ts'
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
  /** What is left when all is over: jobs that hold a place, waits that nobody answered. */
  leftovers(): { readonly jobs: readonly string[]; readonly waits: readonly string[] }
  /** Events in the history of the longest execution. */
  longestHistory(): number
}

export const tenant = 'test'

/** What was amiss just before the calm may still be felt for so long. */
const graceMs = 60_000

/** Errors are to be expected only while there are faults, and shortly after. */
export function noteError({ sim, onBreach }: Pick<Scene, 'sim' | 'onBreach'>, where: string, error: unknown): void {
  sim.note(`${where} throws ${String(error)}`)
  if (sim.elapsedMs > sim.conditions.calmAfterMs + graceMs) onBreach(`${where} throws in the calm: ${String(error)}`)
}
