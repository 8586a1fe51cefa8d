import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SlotRef } from '#core/run/ids.ts'
import type { Timer, Timers } from '#ports/timers.ts'
import { runId } from '../builders/emulation.ts'

/** What the suite needs of an adapter: its timers, and a hand on time. */
export interface TimersUnderTest {
  readonly timers: Timers
  nowMs(): number
  /** Lets so much time go by, with all that happens in it. */
  advance(ms: number): Promise<void>
  /** The timers that rang, in order. */
  rung(): readonly Timer[]
  close(): Promise<void>
}

/** What every adapter of the `Timers` port keeps. One that rings `at least once` may ring again, and those that are due in any order. */
export function timersContract(
  open: () => Promise<TimersUnderTest>,
  rings: 'once, in order' | 'at least once' = 'once, in order',
): void {
  describe('the contract of timers', () => {
    let under: TimersUnderTest
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.close())

    const slot: SlotRef = { run: runId(), task: 'clean[3]', attempt: 1, clone: 1 }
    const rung = (): readonly Timer[] => {
      if (rings === 'once, in order') return under.rung()
      const different = new Map(under.rung().map((timer) => [JSON.stringify(timer), timer]))
      return [...different.values()].sort((left, right) => left.atMs - right.atMs)
    }
    type OfSlot = Exclude<Timer, { kind: 'run-timeout' }>
    const hedge = (inMs: number, changes: Partial<OfSlot> = {}): OfSlot => ({
      slot,
      kind: 'hedge',
      atMs: under.nowMs() + inMs,
      ...changes,
    })

    it('rings at its time and not before', async () => {
      const timer = hedge(5_000)
      await under.timers.set(timer)
      await under.advance(4_000)
      expect(rung()).toStrictEqual([])

      await under.advance(1_000)

      expect(rung()).toStrictEqual([timer])
    })

    it('rings once for a timer that is set again before its time', async () => {
      const timer = hedge(5_000)
      await under.timers.set(timer)
      await under.timers.set({ ...timer, slot: { ...slot } })
      await under.advance(60_000)
      expect(rung()).toStrictEqual([timer])
    })

    it('rings soon when the time has passed', async () => {
      const timer = hedge(-5_000)
      await under.timers.set(timer)
      await under.advance(1_000)
      expect(rung()).toStrictEqual([timer])
    })

    it('tells timers apart by slot, kind and time', async () => {
      const timers = [
        hedge(5_000),
        hedge(6_000),
        hedge(7_000, { kind: 'backoff' }),
        hedge(8_000, { slot: { ...slot, clone: 2 } }),
        hedge(9_000, { slot: { ...slot, attempt: 2 } }),
        hedge(10_000, { slot: { ...slot, task: 'clean[4]' } }),
        hedge(11_000, { slot: { ...slot, run: runId('00000002') } }),
      ]
      for (const timer of timers.toReversed()) await under.timers.set(timer)
      await under.advance(60_000)
      expect(rung()).toStrictEqual(timers)
    })

    it('rings for a run as for a slot', async () => {
      const timer: Timer = { kind: 'run-timeout', run: runId(), atMs: under.nowMs() + 2_000 }
      await under.timers.set(timer)
      await under.advance(2_000)
      expect(rung()).toStrictEqual([timer])
    })

    it('may be set by what another one set off', async () => {
      await under.timers.set(hedge(1_000))
      await under.advance(1_000)
      await under.timers.set(hedge(1_000))
      await under.advance(1_000)
      expect(rung()).toHaveLength(2)
    })
  })
}
