import { expect, it } from 'vitest'
import { followTrace } from '#adapters/local/pools/follow-trace.ts'

it('leaves no change out when an alarm is late, as after a sleep of the machine', () => {
  let nowMs = 5_000
  let alarm: { readonly atMs: number; readonly ring: () => void } | undefined
  const seen: boolean[] = []
  const clock = {
    nowMs: () => nowMs,
    at: (atMs: number, ring: () => void) => {
      alarm = { atMs, ring }
      return () => {
        alarm = undefined
      }
    },
  }
  const cancel = followTrace(clock, { available: [1, 0, 1], tickMs: 1_000 }, (available) => seen.push(available))
  nowMs = 9_500
  while (alarm !== undefined && alarm.atMs <= nowMs) alarm.ring()

  // Ticks 0 to 4: 1 0 1 1 0.
  expect(seen).toStrictEqual([true, false, true, false])
  expect(alarm?.atMs).toBe(10_000)
  cancel()
  expect(alarm).toBeUndefined()
})
