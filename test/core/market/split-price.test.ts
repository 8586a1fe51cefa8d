import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostRoom } from '#core/market/instance-type.ts'
import { listedFargate, median, medianPrice, scaledPrice, splitPrice } from '#core/market/split-price.ts'
import { costUsd } from '#core/pools/cost.ts'
import { marketGoods } from '../../builders/market.ts'

const room = (type: string) => hostRoom(marketGoods.instanceTypes.find((one) => one.type === type)!)

describe('the price of an instance, split', () => {
  it('is paid whole by clones that fill it', () => {
    const sizes = fc.record({
      vcpus: fc.integer({ min: 1, max: 192 }),
      memoryMiB: fc.integer({ min: 500, max: 800_000 }),
      gpus: fc.nat(8),
    })
    fc.assert(
      fc.property(sizes, fc.double({ min: 0.001, max: 100, noNaN: true }), (size, usd) => {
        expect(costUsd(size, splitPrice(usd, size, listedFargate), 3600)).toBeCloseTo(usd, 9)
        expect(costUsd(size, splitPrice(usd, size, null), 3600)).toBeCloseTo(usd, 9)
      }),
    )
  })

  it('asks nearly the same for a vCPU of the c, m and r families', () => {
    const perVcpu = ['c7i.large', 'm7i.large', 'r7i.large'].map(
      (type) => splitPrice(marketGoods.onDemand[type]!, room(type), null).usdPerVcpuHour,
    )
    expect(Math.max(...perVcpu) / Math.min(...perVcpu)).toBeLessThan(1.05)
    expect(perVcpu[0]).toBeCloseTo(0.037, 3)
  })

  it('leaves the GPU what is not for vCPUs and memory', () => {
    const { usdPerVcpuHour, usdPerGiBHour, usdPerGpuHour } = splitPrice(0.526, room('g4dn.xlarge'), null)
    expect({ usdPerVcpuHour, usdPerGiBHour }).toStrictEqual(listedFargate)
    expect(usdPerGpuHour).toBeCloseTo(0.298, 3)
  })

  it('has nothing for a GPU of an instance that costs less than its vCPUs', () => {
    expect(splitPrice(0.01, room('g4dn.xlarge'), null).usdPerGpuHour).toBe(0)
  })
})

it.each([
  [[1], 1],
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
])('the value in the middle of %o is %f', (values, middle) => {
  expect(median(values)).toBe(middle)
})

it('the price in the middle is so part by part, and may be scaled', () => {
  const price = (usdPerVcpuHour: number, usdPerGiBHour: number, usdPerGpuHour: number) => ({
    usdPerVcpuHour,
    usdPerGiBHour,
    usdPerGpuHour,
  })
  expect(medianPrice([price(1, 5, 0), price(2, 3, 0), price(9, 4, 6)])).toStrictEqual(price(2, 4, 0))
  expect(scaledPrice(price(1, 2, 3), 2)).toStrictEqual(price(2, 4, 6))
})
