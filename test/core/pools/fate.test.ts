import { describe, expect, it } from 'vitest'
import { newInEveryRun, sameInEveryRun } from '#core/pools/chance.ts'
import { drawFate } from '#core/pools/fate.ts'
import type { SlotRef } from '#core/run/ids.ts'
import { emulatedPool, runId } from '../../builders/emulation.ts'

const slot = (task: string, run = runId()): SlotRef => ({ run, task, attempt: 1, clone: 0 })
const spot = emulatedPool('warm-cpu-spot', {
  startDelay: { kind: 'quantiles', p50S: 2, p90S: 5 },
  reclaim: { kind: 'rate', perHour: 6 },
})

describe('the fate of a job', () => {
  it('is the same for a slot in every run when a seed is given', () => {
    const chance = sameInEveryRun(7)
    const first = drawFate(spot, chance('warm-cpu-spot', slot('clean', runId('00000001'))))
    const second = drawFate(spot, chance('warm-cpu-spot', slot('clean', runId('00000002'))))
    expect(first).toStrictEqual(second)
  })

  it('differs between slots, pools and seeds', () => {
    const fates = [
      drawFate(spot, sameInEveryRun(7)('warm-cpu-spot', slot('clean'))),
      drawFate(spot, sameInEveryRun(7)('warm-cpu-spot', slot('detect'))),
      drawFate(spot, sameInEveryRun(7)('warm-cpu-spot', { ...slot('clean'), clone: 1 })),
      drawFate(spot, sameInEveryRun(7)('warm-cpu-spot', { ...slot('clean'), attempt: 2 })),
      drawFate(spot, sameInEveryRun(7)('cold-cpu-spot', slot('clean'))),
      drawFate(spot, sameInEveryRun(8)('warm-cpu-spot', slot('clean'))),
    ]
    expect(new Set(fates.map(({ host }) => host)).size).toBe(fates.length)
    expect(new Set(fates.map(({ reclaimAfterS }) => reclaimAfterS)).size).toBe(fates.length)
  })

  it('differs between runs when none is', () => {
    const chance = newInEveryRun(7)
    const first = drawFate(spot, chance('warm-cpu-spot', slot('clean', runId('00000001'))))
    const second = drawFate(spot, chance('warm-cpu-spot', slot('clean', runId('00000002'))))
    expect(first).not.toStrictEqual(second)
  })

  it('names a host as EC2 does', () => {
    expect(drawFate(spot, sameInEveryRun(7)('warm-cpu-spot', slot('clean'))).host).toMatch(/^i-0[0-9a-f]{16}$/)
  })

  it('holds no reclaim by chance where hosts stay, go by a trace, or go by number', () => {
    const random = () => sameInEveryRun(7)('p', slot('clean'))
    const trace = { available: [1, 0], tickMs: 1000 } as const
    for (const reclaim of [
      { kind: 'never' },
      { kind: 'rate', perHour: 0 },
      { kind: 'trace', trace },
      { kind: 'nth', nth: 1, afterS: 1 },
    ] as const) {
      expect(drawFate(emulatedPool('p', { reclaim }), random()).reclaimAfterS).toBeNull()
    }
  })

  it('keeps a fixed start delay', () => {
    const pool = emulatedPool('p', { startDelay: { kind: 'fixed', seconds: 2 } })
    expect(drawFate(pool, sameInEveryRun(7)('p', slot('clean'))).startDelayS).toBe(2)
  })
})
