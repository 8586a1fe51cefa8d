import { ledgerId, newLedger, payableNanoUsd, type LedgerRecord } from '#core/run/ledger.ts'
import { change, type Change, type Stored } from '#core/run/record.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { Bill, SlotRecord } from '#core/run/slot.ts'
import { inTurn } from '#operations/in-turn.ts'
import { optimistic, type Decided } from '#operations/optimistic.ts'
import type { Store } from '#ports/store.ts'

/** The ledger of a run; of one that has reserved nothing yet a new one, of one without a budget `undefined`. */
export async function ledgerOf(
  store: Pick<Store, 'rows'>,
  { id, budgetUsd }: Pick<RunRecord, 'id' | 'budgetUsd'>,
): Promise<LedgerRecord | undefined> {
  if (budgetUsd === null) return undefined
  return (await store.rows.get(id, 'ledger', ledgerId))?.value ?? newLedger(id, budgetUsd)
}

/** What a clone's bill writes in the ledger, to be committed with it; nothing for a clone that nothing was put aside for. */
export function settledBy(
  ledger: Stored<'ledger'> | undefined,
  { run, reservedNanoUsd }: SlotRecord,
  bill: Bill,
  atMs: number,
): readonly Change<'ledger'>[] {
  if (reservedNanoUsd === 0) return []
  if (ledger === undefined) throw new Error(`run ${run} has no ledger, and a clone of it has a reservation`)
  const costNanoUsd = payableNanoUsd(bill.costUsd)
  return [change('ledger', ledgerId, ledger, { type: 'ledger.settled', atMs, reservedNanoUsd, costNanoUsd })]
}

/**
 * A write that may bill a clone, whose slot was read just now, and so its run's ledger, which every clone of the run writes. The ledger
 * is read before the slot is read again: what a slot without a bill has put aside is then still in it, whoever bills the slot meanwhile.
 */
export async function settling<T>(
  store: Store,
  held: Stored<'slot'>,
  decide: (slot: Stored<'slot'>, ledger: Stored<'ledger'> | undefined) => Promise<Decided<T>>,
): Promise<T> {
  const { run, reservedNanoUsd } = held.value
  const readAgain = async () => (await store.rows.get(run, 'slot', held.id)) ?? held
  if (reservedNanoUsd === 0) {
    let slot: Stored<'slot'> | undefined = held
    return optimistic(store, run, async () => {
      const read = slot ?? (await readAgain())
      slot = undefined
      return decide(read, undefined)
    })
  }
  return inTurn(store, run, () =>
    optimistic(store, run, async () => {
      const ledger = await store.rows.get(run, 'ledger', ledgerId)
      return decide(await readAgain(), ledger)
    }),
  )
}
