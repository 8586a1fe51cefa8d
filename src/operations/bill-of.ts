import { costUsd } from '#core/pools/cost.ts'
import type { Bill, SlotRecord } from '#core/run/slot.ts'
import type { Ports } from '#operations/ports.ts'

/** What an ended job took, with its price in the pool that ran it. A pool that is gone since costs nothing. */
export async function billOf(
  ports: Pick<Ports, 'pools'>,
  { pool, resources }: Pick<SlotRecord, 'pool' | 'resources'>,
  took: Omit<Bill, 'costUsd'>,
): Promise<Bill> {
  const price = (await ports.pools.describe()).find((candidate) => candidate.id === pool)?.price
  return { ...took, costUsd: price === undefined ? 0 : costUsd(resources, price, took.billedS) }
}
