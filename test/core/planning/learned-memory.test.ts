import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { learnedMemory } from '#core/planning/learned-memory.ts'
import type { Sample } from '#core/prediction/prediction.ts'
import { aSample } from '../prediction/a-sample.ts'

const out = (memoryMiB: number, count = 1): readonly Sample[] =>
  Array.from({ length: count }, () => aSample({ outcome: 'failed', cause: 'out-of-memory', memoryMiB }))
/** Clones that came to a claim, by default with all of their memory in use. */
const fine = (memoryMiB: number, count = 1, peakMemoryMiB = memoryMiB): readonly Sample[] =>
  Array.from({ length: count }, () => aSample({ memoryMiB, peakMemoryMiB }))

describe('the memory that history teaches', () => {
  it.each([
    ['nothing', [], 512],
    ['clones that had enough', fine(512, 5), 512],
    ['one that ran out', out(512), 1024],
    ['one that ran out, and did with more', [...fine(768), ...out(512)], 768],
    ['two doublings before it did', [...fine(2048), ...out(1024), ...out(512)], 2048],
    ['none that ever did', [...out(2048), ...out(1024), ...out(512)], 4096],
    ['one of many: its remedy is cheaper', [...out(512), ...fine(512, 10)], 512],
    ['one of nine that did', [...out(512), ...fine(512, 9), ...fine(1024)], 1024],
    ['the same with less than is asked for now', [...out(256, 9), ...fine(256)], 512],
    ['many that did with more, and would have with this', [...out(512), ...fine(1024, 10, 300)], 512],
    ['many that did with more, and needed it', [...out(512), ...fine(1024, 10, 600)], 1024],
    ['what nobody has', [...out(4096), ...out(512)], 4096],
    ['clones of which the size is not known', fine(512, 2).map((one) => ({ ...one, memoryMiB: null })), 512],
  ])('from %s', (_, samples, memoryMiB) => {
    expect(learnedMemory(512, 4096, samples).memoryMiB).toBe(memoryMiB)
  })

  it('says why it is not what was asked for', () => {
    expect(learnedMemory(512, 4096, fine(512)).why).toBeNull()
    expect(learnedMemory(512, 4096, [...fine(1024), ...out(512)]).why).toBe(
      '1024 MiB instead of 512 MiB: 1 of its last 2 clones ran out of memory with less',
    )
    expect(learnedMemory(512, 800, out(512)).why).toBe(
      '800 MiB, the most that a pool has, instead of 512 MiB: 1 of its last 1 clones ran out of memory with less',
    )
  })

  it('is never less than asked for, nor more than a pool has', () => {
    const sample = fc
      .record({
        outcome: fc.constantFrom('claimed', 'failed'),
        memoryMiB: fc.option(fc.integer({ min: 1, max: 8192 })),
        peakMemoryMiB: fc.option(fc.integer({ min: 1, max: 8192 })),
      })
      .map((drawn) => aSample({ ...drawn, cause: drawn.outcome === 'failed' ? 'out-of-memory' : null }))
    fc.assert(
      fc.property(fc.array(sample), fc.integer({ min: 1, max: 4096 }), fc.nat(4096), (samples, asked, more) => {
        const { memoryMiB, why } = learnedMemory(asked, asked + more, samples)
        expect(memoryMiB).toBeGreaterThanOrEqual(asked)
        expect(memoryMiB).toBeLessThanOrEqual(asked + more)
        expect(why === null).toBe(memoryMiB === asked)
      }),
    )
  })
})
