import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TokenBucket } from '#local/batch/token-bucket.ts'
import { batchRig } from './batch-rig.ts'

describe('a bucket of n tokens a second', () => {
  it('gives at most n at once and n more each second, and all of these to who waits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.array(fc.integer({ min: 0, max: 400 })), (perS, gapsMs) => {
        const bucket = new TokenBucket(perS)
        let nowMs = 0
        let taken = 0
        for (const gapMs of gapsMs) {
          nowMs += gapMs
          if (bucket.take(nowMs)) taken += 1
          expect(taken).toBeLessThanOrEqual(perS + (nowMs * perS) / 1000 + 1e-6)
        }
        expect(bucket.take(nowMs + 1000)).toBe(true)
      }),
    )
  })

  it('is what submissions draw on', async () => {
    const rig = batchRig()
    for (let n = 0; n < 50; n++) await rig.submit()
    await expect(rig.submit()).rejects.toMatchObject({ type: 'TooManyRequestsException', status: 429 })
    await rig.clock.advance(20)
    await rig.submit()
    await expect(rig.submit()).rejects.toThrow('Too Many Requests')
  })
})
