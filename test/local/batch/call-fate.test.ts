import { expect, it } from 'vitest'
import { seededRandom } from '#core/random.ts'
import { CallFates } from '#local/batch/api/call-fate.ts'

it('as many calls go badly as the knobs say, the same ones for a seed', () => {
  const fatesOf = (seed: string) => {
    const fates = new CallFates(seededRandom(seed), { throttled: 0.2, failed: 0.1, unanswered: 0.1 })
    return Array.from({ length: 2000 }, () => fates.next())
  }
  const all = fatesOf('s')
  const shareOf = (fate: string) => all.filter((one) => one === fate).length / all.length
  expect(shareOf('throttled')).toBeCloseTo(0.2, 1)
  expect(shareOf('failed')).toBeCloseTo(0.1, 1)
  expect(shareOf('unanswered')).toBeCloseTo(0.1, 1)
  expect(shareOf('answered')).toBeCloseTo(0.6, 1)
  expect(fatesOf('s')).toStrictEqual(all)
  expect(fatesOf('t')).not.toStrictEqual(all)
})
