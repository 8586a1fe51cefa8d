import { describe, expect, it } from 'vitest'
import { emulated, type Reclaim, spotReclaimsPerHour, type StartDelay } from '#core/pools/emulation.ts'
import { aPool } from './a-pool.ts'

const atOnce: StartDelay = { kind: 'fixed', seconds: 0 }
const { startDelayS: _delay, reclaimsPerHour: _reclaims, emulated: _emulated, ...bare } = aPool('spot')

describe('what plans count on in an emulated pool', () => {
  it.each<readonly [StartDelay, number]>([
    [{ kind: 'fixed', seconds: 2 }, 2],
    [{ kind: 'quantiles', p50S: 30, p90S: 90 }, 30],
  ])('is the typical start delay of %o', (startDelay, expectedS) => {
    expect(emulated(bare, startDelay, { kind: 'never' })).toStrictEqual({
      pool: { ...bare, startDelayS: expectedS, reclaimsPerHour: 0, emulated: true },
      startDelay,
      reclaim: { kind: 'never' },
    })
  })

  it.each<readonly [Reclaim, number]>([
    [{ kind: 'never' }, 0],
    [{ kind: 'rate', perHour: 3 }, 3],
    [{ kind: 'trace', trace: { available: [1, 0], tickMs: 900_000 } }, 4],
    // A rehearsed reclaim is a surprise: the plan sees a spot pool like any other.
    [{ kind: 'nth', nth: 1, afterS: 5 }, spotReclaimsPerHour],
  ])('is the expected reclaims of %o', (reclaim, expected) => {
    expect(emulated(bare, atOnce, reclaim).pool.reclaimsPerHour).toBe(expected)
  })

  it('is not guessed for a reclaim that this version does not know', () => {
    const reclaim = { kind: 'eclipse' } as unknown as Reclaim
    expect(() => emulated(bare, atOnce, reclaim)).toThrow('unexpected value: {"kind":"eclipse"}')
  })
})
