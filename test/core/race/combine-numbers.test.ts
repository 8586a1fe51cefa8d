import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mean, median } from '#core/race/combine-numbers.ts'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const numbers = fc.array(fc.oneof(finite, fc.integer(), fc.constantFrom(1e308, -1e308, 5e-324, 0, -0)), {
  minLength: 1,
  maxLength: 9,
})

/** The exact mean, rounded once: doubles are whole multiples of 2^-1074. */
function exactMean(list: readonly number[]): number {
  const units = (number: number): bigint => {
    const bits = new DataView(new ArrayBuffer(8))
    bits.setFloat64(0, number)
    const word = bits.getBigUint64(0)
    const exponent = (word >> 52n) & 0x7ffn
    const fraction = word & 0xfffffffffffffn
    const size = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n)
    return word >> 63n === 1n ? -size : size
  }
  const total = list.reduce((sum, number) => sum + units(number), 0n)
  const size = total < 0n ? -total : total
  const extra = 80n
  const quotient = (size << extra) / BigInt(list.length)
  const shift = Math.max(0, quotient.toString(2).length - 60)
  // 60 bits, the last one sticky, then two powers, since 2^-1154 is no double.
  const top = Number((quotient >> BigInt(shift)) | (quotient % (1n << BigInt(shift)) === 0n ? 0n : 1n))
  const power = shift - 1074 - Number(extra)
  const value = top * 2 ** Math.ceil(power / 2) * 2 ** Math.floor(power / 2)
  return total < 0n ? -value : value
}

describe('the mean', () => {
  it.each([
    [[3], 3],
    [[1, 2], 1.5],
    [[1e100, 1, -1e100], 1 / 3],
    [[0.1, 0.1, 0.1], 0.1],
    // Rounded twice, as a sum and as a quotient: the last digit may be another than that of 0.2.
    [[0.1, 0.2, 0.3], 0.19999999999999998],
    [[1e308, 1e308], 1e308],
    [[1e308, 1e308, -1e308], 1e308 / 3],
    [[Number.MAX_VALUE, Number.MAX_VALUE, Number.MAX_VALUE], Number.MAX_VALUE],
    [[-0, -0], -0],
    [[5e-324, 5e-324], 5e-324],
  ])('of %j is %d', (list, expected) => {
    expect(mean(list)).toBe(expected)
  })

  it('is the exact one but for the last digits, and between the least and the greatest', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const [is, exact] = [mean(list), exactMean(list)]
        // Two roundings of the result; what compensation itself rounds away is of the size of the greatest, squared.
        const greatest = Math.max(...list.map(Math.abs))
        const margin = 4 * Number.EPSILON * Math.abs(exact) + list.length * Number.EPSILON ** 2 * greatest * 4 + 1e-323
        expect(Math.abs(is - exact)).toBeLessThanOrEqual(margin)
        expect(is).toBeGreaterThanOrEqual(Math.min(...list))
        expect(is).toBeLessThanOrEqual(Math.max(...list))
      }),
    )
  })
})

describe('the median', () => {
  it.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[10, 9], 9.5],
    [[4, 1, 3, 2], 2.5],
    [[-1, 1, -1, 1], 0],
    [[1.7e308, 1.7e308], 1.7e308],
    [[5e-324, 5e-324], 5e-324],
  ])('of %j is %d', (list, expected) => {
    expect(median(list)).toBe(expected)
  })

  it('has as many numbers below as above, in whatever order they come', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const middle = median(list)
        expect(list.filter((number) => number < middle).length).toBeLessThanOrEqual(list.length / 2)
        expect(list.filter((number) => number > middle).length).toBeLessThanOrEqual(list.length / 2)
        expect(median(list.toReversed()) + 0).toBe(middle + 0)
      }),
    )
  })
})
