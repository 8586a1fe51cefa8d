import { ledgerId, newLedger, payableNanoUsd, type LedgerRecord } from '#core/run/ledger.ts'
import { change, type Change } from '#core/run/record.ts'
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
export async function settledBy(
  store: Pick<Store, 'rows'>,
  { run, reservedNanoUsd }: SlotRecord,
  bill: Bill,
  atMs: number,
): Promise<readonly Change<'ledger'>[]> {
  if (reservedNanoUsd === 0) return []
  const ledger = await store.rows.get(run, 'ledger', ledgerId)
  if (ledger === undefined) throw new Error(`run ${run} has no ledger, and a clone of it has a reservation`)
  const costNanoUsd = payableNanoUsd(bill.costUsd)
  return [change('ledger', ledgerId, ledger, { type: 'ledger.settled', atMs, reservedNanoUsd, costNanoUsd })]
}

/** A write that may bill a clone, and so its run's ledger, which every clone of the run writes. */
export async function settling<T>(
  store: Store,
  { run, reservedNanoUsd }: SlotRecord,
  decide: () => Promise<Decided<T>>,
): Promise<T> {
  const write = (): Promise<T> => optimistic(store, run, decide)
  return reservedNanoUsd === 0 ? write() : inTurn(store, run, write)
}
