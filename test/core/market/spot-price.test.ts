import { describe, expect, it } from 'vitest'
import { reclaimTendency, spotPrices } from '#core/market/spot-price.ts'
import { marketNowMs, spotQuote } from '../../builders/market.ts'

const hours = (back: number) => marketNowMs - back * 3_600_000
const close = (usdPerHour: number, meanUsdPerHour: number) => ({
  usdPerHour: expect.closeTo(usdPerHour, 9),
  meanUsdPerHour: expect.closeTo(meanUsdPerHour, 9),
})

describe('the spot price of a type', () => {
  it('is the latest, and its mean weighs each price by how long it held', () => {
    // 40 h at 0.04, 20 h at 0.01, 12 h at 0.02.
    const history = [spotQuote('a', 0.01, 32), spotQuote('a', 0.04, 100), spotQuote('a', 0.02, 12)]
    expect(spotPrices(history, hours(72), marketNowMs)).toStrictEqual({
      a: close(0.02, (40 * 0.04 + 20 * 0.01 + 12 * 0.02) / 72),
    })
  })

  it('is the mean over zones, for each type', () => {
    const history = [spotQuote('a', 0.02, 80), spotQuote('a', 0.04, 80, 'us-east-1b'), spotQuote('b', 1, 1)]
    expect(spotPrices(history, hours(72), marketNowMs)).toStrictEqual({ a: close(0.03, 0.03), b: close(1, 1) })
  })

  it('has the latest for its mean where no time has gone by', () => {
    expect(spotPrices([spotQuote('a', 0.5, 0)], marketNowMs, marketNowMs)).toStrictEqual({ a: close(0.5, 0.5) })
    expect(spotPrices([], hours(1), marketNowMs)).toStrictEqual({})
  })
})

describe('the tendency to be reclaimed', () => {
  it.each([
    [0.4, 0.4, 1],
    [0.8, 0.8, 2],
    [0.8, 0.4, 4],
    [0.4, 0.8, 0.5],
    [1, 0.1, 4],
    [0.01, 0.4, 0.25],
    [0.4, 0, 1],
  ])('at %f of the price on demand after a mean of %f is %f times the usual', (now, mean, times) => {
    expect(reclaimTendency({ usdPerHour: now, meanUsdPerHour: mean }, 1)).toBeCloseTo(times, 9)
  })
})
