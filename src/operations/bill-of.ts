import { costUsd } from '#core/pools/cost.ts'
import { taskOf, type SlotRef } from '#core/run/ids.ts'
import type { Bill } from '#core/run/slot.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'

/** What an ended job took, with its price in the pool that ran it. A pool that is gone since costs nothing. */
export async function billOf(
  ports: Pick<Ports, 'store' | 'pools' | 'definitions'>,
  slot: SlotRef,
  pool: string,
  took: Omit<Bill, 'costUsd'>,
): Promise<Bill> {
  const run = await readRun(ports.store, slot.run)
  const placement = (await ports.definitions.plan(run.value)).placements[taskOf(slot.task)]
  const price = (await ports.pools.describe()).find((candidate) => candidate.id === pool)?.price
  const known = placement !== undefined && price !== undefined
  return { ...took, costUsd: known ? costUsd(placement.resources, price, took.billedS) : 0 }
}
