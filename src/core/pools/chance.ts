import { type Random, seededRandom } from '#core/random.ts'
import { type SlotRef, slotKey } from '#core/run/ids.ts'

/** Where the fate of a clone in an emulated pool comes from: its start delay, and when its host is reclaimed. */
export type Chance = (pool: string, slot: SlotRef) => Random

/** The same fate for a slot in every run, so that two runs of a workflow can be compared; whatever the order of starts. */
export function sameInEveryRun(seed: number): Chance {
  return (pool, slot) => seededRandom(`${seed}/${pool}/${slotKey(slot)}`)
}

/** A fate of its own for a slot of each run. */
export function newInEveryRun(seed: number): Chance {
  return (pool, slot) => seededRandom(`${seed}/${pool}/${slot.run}/${slotKey(slot)}`)
}
