import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  capNanoUsd,
  evolveLedger,
  freeNanoUsd,
  ledgerRefusal,
  newLedger,
  payableNanoUsd,
  usdText,
  type LedgerEvent,
} from '#core/run/ledger.ts'
import { atMs, run } from './sample-events.ts'

const opened: LedgerEvent = { type: 'ledger.opened', atMs, run, capNanoUsd: 100 }
const reserved = (nanoUsd: number): LedgerEvent => ({ type: 'ledger.reserved', atMs, nanoUsd })
const settled = (reservedNanoUsd: number, costNanoUsd: number): LedgerEvent => ({
  type: 'ledger.settled',
  atMs,
  reservedNanoUsd,
  costNanoUsd,
})
const after = (...events: readonly LedgerEvent[]) =>
  events.reduce<ReturnType<typeof evolveLedger> | undefined>(evolveLedger, undefined)

describe('a ledger', () => {
  it('puts money aside up to its cap, and takes the rest of it back', () => {
    expect(after(opened)).toStrictEqual(newLedger(run, 100e-9))
    const full = after(opened, reserved(60), reserved(40))
    expect(full).toMatchObject({ reservedNanoUsd: 100, spentNanoUsd: 0 })
    expect(after(opened, reserved(60), reserved(40), settled(60, 10))).toMatchObject({
      reservedNanoUsd: 40,
      spentNanoUsd: 10,
    })
  })

  it.each([
    [[], reserved(1), 'an absent ledger does not accept ledger.reserved'],
    [[opened], opened, 'an open ledger does not accept ledger.opened'],
    [[opened], reserved(101), '0.000000101 USD is more than the 0.0000001 USD that are left'],
    [[opened, reserved(60)], reserved(41), '0.000000041 USD is more than the 0.00000004 USD that are left'],
    [[opened, reserved(60)], settled(61, 0), "0.000000061 USD can't come back: 0.00000006 USD are put aside"],
    [[opened], reserved(0.5), '0.5 is no amount of money: whole nano-USD from 0 on are'],
    [[opened, reserved(60)], settled(1, -1), '-1 is no amount of money: whole nano-USD from 0 on are'],
    [[opened], reserved(Infinity), 'Infinity is no amount of money: whole nano-USD from 0 on are'],
  ] as const)('after %j refuses %j', (events, event, why) => {
    const ledger = after(...events)
    expect(ledgerRefusal(ledger, event)).toBe(why)
    expect(() => evolveLedger(ledger, event)).toThrow(why)
  })

  it('writes down a cost beyond what was put aside, and then has nothing free', () => {
    const ledger = after(opened, reserved(60), settled(60, 130))
    expect(ledger).toMatchObject({ reservedNanoUsd: 0, spentNanoUsd: 130 })
    expect(freeNanoUsd(ledger as NonNullable<typeof ledger>)).toBe(0)
  })

  it('never has negative totals, nor more out than its cap while costs keep to what was put aside', () => {
    const steps = fc.array(fc.record({ settles: fc.boolean(), of: fc.nat(), nanoUsd: fc.nat(60) }), { maxLength: 40 })
    fc.assert(
      fc.property(steps, (drawn) => {
        let ledger = evolveLedger(undefined, opened)
        const open: number[] = []
        for (const { settles, of, nanoUsd } of drawn) {
          const [back] = settles ? open.splice(of % Math.max(1, open.length), 1) : []
          const event = back === undefined ? reserved(nanoUsd) : settled(back, Math.min(back, nanoUsd))
          if (ledgerRefusal(ledger, event) !== undefined) continue
          ledger = evolveLedger(ledger, event)
          if (event.type === 'ledger.reserved') open.push(event.nanoUsd)
          expect(ledger.reservedNanoUsd).toBe(open.reduce((sum, one) => sum + one, 0))
          expect(ledger.spentNanoUsd + ledger.reservedNanoUsd).toBeLessThanOrEqual(ledger.capNanoUsd)
        }
      }),
    )
  })
})

describe('money in whole billionths', () => {
  it.each([
    [0.29, 290_000_000],
    [0.1 + 0.2, 300_000_000],
    [1e6, 1e15],
    [1.9e-9, 1],
    [0, 0],
  ])('a cap of %d USD is %d', (usd, nanoUsd) => {
    expect(capNanoUsd(usd)).toBe(nanoUsd)
  })

  it('is rounded up where it is to be paid', () => {
    expect([0, 1e-12, 1e-9, 2.1e-9, Infinity].map(payableNanoUsd)).toStrictEqual([0, 1, 1, 3, Infinity])
  })

  it.each([
    [12_300_000, '0.0123'],
    [0, '0.0000'],
    [1, '0.000000001'],
    [2_500_000_000, '2.5000'],
  ])('%d reads %s', (nanoUsd, text) => {
    expect(usdText(nanoUsd)).toBe(text)
  })
})
