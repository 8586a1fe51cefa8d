import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beyondLimitS, costUsd, worstCaseUsd } from '#core/pools/cost.ts'

const price = { usdPerVcpuHour: 0.04, usdPerGiBHour: 0.005, usdPerGpuHour: 0.3 }

describe('the cost of a clone', () => {
  it.each([
    ['an hour of a vCPU', { vcpus: 1, memoryMiB: 0, gpus: 0 }, 3600, 0.04],
    ['an hour of a GiB', { vcpus: 0, memoryMiB: 1024, gpus: 0 }, 3600, 0.005],
    ['an hour of a GPU', { vcpus: 0, memoryMiB: 0, gpus: 1 }, 3600, 0.3],
    ['half an hour of half a vCPU', { vcpus: 0.5, memoryMiB: 0, gpus: 0 }, 1800, 0.01],
    ['two hours of all of it', { vcpus: 2, memoryMiB: 4096, gpus: 1 }, 7200, 0.8],
    ['no time', { vcpus: 2, memoryMiB: 4096, gpus: 1 }, 0, 0],
  ])('%s', (_, resources, seconds, usd) => {
    expect(costUsd(resources, price, seconds)).toBeCloseTo(usd, 12)
  })

  it('grows in proportion to its time', () => {
    const resources = { vcpus: 1.5, memoryMiB: 700, gpus: 0 }
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (seconds) => {
        expect(costUsd(resources, price, 2 * seconds)).toBeCloseTo(2 * costUsd(resources, price, seconds), 9)
      }),
    )
  })
})

describe('the worst case of a clone', () => {
  const resources = { vcpus: 1.5, memoryMiB: 700, gpus: 0 }
  const free = { usdPerVcpuHour: 0, usdPerGiBHour: 0, usdPerGpuHour: 5 }

  it('is what it costs at its limit and all that it may take beyond', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.double({ min: 0, max: 1, noNaN: true }), (timeoutS, share) => {
        const worst = worstCaseUsd(resources, price, timeoutS)
        expect(worst).toBe(costUsd(resources, price, timeoutS + beyondLimitS))
        expect(costUsd(resources, price, (timeoutS + beyondLimitS) * share)).toBeLessThanOrEqual(worst)
      }),
    )
  })

  it('has no end without a limit, but in a pool that is free to it', () => {
    expect(worstCaseUsd(resources, price, null)).toBe(Infinity)
    expect(worstCaseUsd(resources, free, null)).toBe(0)
  })
})
