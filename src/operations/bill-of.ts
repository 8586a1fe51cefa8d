import { costUsd } from '#core/pools/cost.ts'
import { givenOn } from '#core/pools/size.ts'
import type { Bill, SlotRecord } from '#core/run/slot.ts'
import type { Ports } from '#operations/ports.ts'

/** What an ended job took, with its price in the pool that ran it. A pool that is gone since costs nothing. */
export async function billOf(
  ports: Pick<Ports, 'pools'>,
  { pool: id, resources }: Pick<SlotRecord, 'pool' | 'resources'>,
  took: Omit<Bill, 'costUsd'>,
): Promise<Bill> {
  const pool = (await ports.pools.describe()).find((candidate) => candidate.id === id)
  const usd = pool === undefined ? 0 : costUsd(givenOn(pool.platform.kind, resources), pool.price, took.billedS)
  return { ...took, costUsd: usd }
}
