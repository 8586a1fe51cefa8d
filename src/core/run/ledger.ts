import type { RunId } from '#core/run/ids.ts'

/** Id of the one ledger that a run with a budget has. */
export const ledgerId = 'ledger'

/**
 * The money of a run with a budget, in whole billionths of a USD, so that sums are exact. What is reserved is the worst case
 * of clones whose bills are still to come. Opened with the first reservation.
 */
export interface LedgerRecord {
  readonly run: RunId
  readonly capNanoUsd: number
  readonly reservedNanoUsd: number
  readonly spentNanoUsd: number
}

export type LedgerEvent =
  | { readonly type: 'ledger.opened'; readonly atMs: number; readonly run: RunId; readonly capNanoUsd: number }
  /** A clone's worst case is put aside; written with its `slot.starting`. */
  | { readonly type: 'ledger.reserved'; readonly atMs: number; readonly nanoUsd: number }
  /** What was put aside comes back, less what the clone cost; written with its `slot.billed`. */
  | {
      readonly type: 'ledger.settled'
      readonly atMs: number
      readonly reservedNanoUsd: number
      readonly costNanoUsd: number
    }

/** The ledger of a run that has reserved nothing yet. */
export function newLedger(run: RunId, budgetUsd: number): LedgerRecord {
  return { run, capNanoUsd: capNanoUsd(budgetUsd), reservedNanoUsd: 0, spentNanoUsd: 0 }
}

/** What may still be reserved; never negative. */
export function freeNanoUsd({ capNanoUsd: cap, reservedNanoUsd, spentNanoUsd }: LedgerRecord): number {
  return Math.max(0, cap - spentNanoUsd - reservedNanoUsd)
}

const accepts: Readonly<Record<'absent' | 'open', readonly LedgerEvent['type'][]>> = {
  absent: ['ledger.opened'],
  open: ['ledger.reserved', 'ledger.settled'],
}

/**
 * Why `event` can't happen to the ledger as it is, in words; `undefined` when it can. Nothing is reserved beyond the cap, and
 * nothing comes back that was not put aside. A cost is taken as it is, even beyond its reservation: it is spent. Total over
 * rows × events.
 */
export function ledgerRefusal(ledger: LedgerRecord | undefined, event: LedgerEvent): string | undefined {
  const state = ledger === undefined ? 'absent' : 'open'
  if (!accepts[state].includes(event.type)) return `an ${state} ledger does not accept ${event.type}`
  const wrong = amountsOf(event).find((nanoUsd) => !Number.isSafeInteger(nanoUsd) || nanoUsd < 0)
  if (wrong !== undefined) return `${wrong} is no amount of money: whole nano-USD from 0 on are`
  if (ledger === undefined) return undefined
  if (event.type === 'ledger.reserved' && event.nanoUsd > freeNanoUsd(ledger)) {
    return `${usdText(event.nanoUsd)} USD is more than the ${usdText(freeNanoUsd(ledger))} USD that are left`
  }
  if (event.type === 'ledger.settled' && event.reservedNanoUsd > ledger.reservedNanoUsd) {
    return `${usdText(event.reservedNanoUsd)} USD can't come back: ${usdText(ledger.reservedNanoUsd)} USD are put aside`
  }
  return undefined
}

/** The ledger after `event`. @throws when the ledger refuses it, which is a bug of the caller. */
export function evolveLedger(ledger: LedgerRecord | undefined, event: LedgerEvent): LedgerRecord {
  const refusal = ledgerRefusal(ledger, event)
  if (refusal !== undefined) throw new Error(refusal)
  if (event.type === 'ledger.opened') {
    return { run: event.run, capNanoUsd: event.capNanoUsd, reservedNanoUsd: 0, spentNanoUsd: 0 }
  }
  const current = ledger as LedgerRecord
  switch (event.type) {
    case 'ledger.reserved':
      return { ...current, reservedNanoUsd: current.reservedNanoUsd + event.nanoUsd }
    case 'ledger.settled':
      return {
        ...current,
        reservedNanoUsd: current.reservedNanoUsd - event.reservedNanoUsd,
        spentNanoUsd: current.spentNanoUsd + event.costNanoUsd,
      }
  }
}

/** A cap in nano-USD: the decimals as they were written, what is below a billionth cut off. */
export function capNanoUsd(budgetUsd: number): number {
  return Math.floor(Number((budgetUsd * 1e9).toPrecision(15)))
}

/** What is to be paid in nano-USD, rounded up: whoever pays so many pays enough. `Infinity` stays. */
export function payableNanoUsd(usd: number): number {
  return Math.ceil(usd * 1e9)
}

/** In USD, `0.0123`: exact, with four decimals at least. */
export function usdText(nanoUsd: number): string {
  return (nanoUsd / 1e9).toFixed(9).replace(/(\.\d{4}\d*?)0+$/, '$1')
}

function amountsOf(event: LedgerEvent): readonly number[] {
  switch (event.type) {
    case 'ledger.opened':
      return [event.capNanoUsd]
    case 'ledger.reserved':
      return [event.nanoUsd]
    case 'ledger.settled':
      return [event.reservedNanoUsd, event.costNanoUsd]
  }
}
