import { describe, expect, it } from 'vitest'
import { slotStates, type SlotRecord, type SlotState } from '#core/run/slot.ts'
import { totalsOf, wastedUsd } from '#core/run/totals.ts'
import { bill, rowAfter, slotEvents } from './sample-events.ts'

const created = rowAfter('slot', slotEvents.created) as SlotRecord
const slot = (state: SlotState, costUsd: number | null): SlotRecord => ({
  ...created,
  state,
  bill: costUsd === null ? null : { ...bill, costUsd },
})

/** Whether what a slot cost brought no result. */
const wasted: Readonly<Record<SlotState, boolean>> = {
  standby: true,
  waiting: true,
  starting: true,
  running: true,
  claimed: false,
  won: false,
  contributed: false,
  lost: true,
  failed: true,
  rejected: true,
  fenced: true,
  cancelled: true,
}

describe('money that brought no result', () => {
  it.each(slotStates)('of a slot that is %s', (state) => {
    expect(wastedUsd(slot(state, 2))).toBe(wasted[state] ? 2 : 0)
    expect(wastedUsd(slot(state, null))).toBe(0)
  })
})

describe('totals', () => {
  it('are sums over slots, those without a bill counting nothing', () => {
    const slots = [slot('won', 1), slot('lost', 0.25), slot('failed', 0.5), slot('cancelled', null)]
    expect(totalsOf(slots)).toStrictEqual({ costUsd: 1.75, wastedCostUsd: 0.75 })
  })

  it('of nothing are nothing', () => {
    expect(totalsOf([])).toStrictEqual({ costUsd: 0, wastedCostUsd: 0 })
  })
})
