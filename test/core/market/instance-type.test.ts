import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostRoom, isNamed, largestHosts, plainNames } from '#core/market/instance-type.ts'
import { typesByName } from '#core/market/types-by-name.ts'
import { fits } from '#core/pools/room.ts'
import { instanceType } from '../../builders/market.ts'

it('leaves jobs the room that the system does not need', () => {
  // 8,000 MB were never had of 8 GiB.
  expect(hostRoom(instanceType('m7i.large', 2, 8))).toStrictEqual({ vcpus: 2, memoryMiB: 7618, gpus: 0 })
})

it.each([
  { names: ['c7i', 'm7i.large', 'c7i'], plain: ['c7i', 'm7i.large'] },
  { names: ['optimal', 'c7i'], plain: ['c6i', 'c7i', 'm6i', 'r6i'] },
  { names: ['default_arm64'], plain: ['c6g', 'c7g', 'm6g', 'r6g'] },
])('of $names makes $plain', ({ names, plain }) => {
  expect(plainNames(names)).toStrictEqual(plain)
})

it.each([
  ['c7i.large', ['c7i'], true],
  ['c7i.large', ['c7i.large'], true],
  ['c7i-flex.large', ['c7i'], false],
  ['c7i.large', ['c7i.larg', 'c7'], false],
] as const)('whether %s is one of %o: %s', (type, names, named) => {
  expect(isNamed(type, names)).toBe(named)
})

describe('the largest hosts', () => {
  const rooms = fc.array(
    fc.record({ vcpus: fc.integer({ min: 1, max: 4 }), memoryMiB: fc.integer({ min: 1, max: 4 }), gpus: fc.nat(1) }),
    { maxLength: 8 },
  )

  it('have room for all that any of them has room for, and none is needless', () => {
    fc.assert(
      fc.property(rooms, (all) => {
        const largest = largestHosts(all)
        for (const room of all) expect(largest.some((one) => fits(room, one))).toBe(true)
        for (const [index, one] of largest.entries()) {
          expect(largest.some((other, at) => at !== index && fits(one, other))).toBe(false)
        }
      }),
    )
  })
})

describe('types by the rules of names', () => {
  it.each([
    [['c7i.large'], [instanceType('c7i.large', 2, 4)]],
    [
      ['r7i.4xlarge', 't3.medium'],
      [instanceType('r7i.4xlarge', 16, 128), instanceType('t3.medium', 1, 4)],
    ],
    [['m7g.xlarge'], [{ ...instanceType('m7g.xlarge', 4, 16), arch: 'arm64' }]],
    [
      ['g4dn.xlarge', 'g4dn.12xlarge'],
      [instanceType('g4dn.12xlarge', 48, 192, 4), instanceType('g4dn.xlarge', 4, 16, 1)],
    ],
    [
      ['p3.2xlarge', 'p3.16xlarge'],
      [instanceType('p3.16xlarge', 64, 512, 8), instanceType('p3.2xlarge', 8, 64, 1)],
    ],
    [['z9.huge', 'c7i.metal', 'y1.large'], []],
  ] as const)('%o', (names, types) => {
    expect(typesByName(names)).toStrictEqual(types)
  })

  it('of a family are its sizes', () => {
    expect(typesByName(['c7i']).map(({ type }) => type)).toStrictEqual(
      ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge'].map(
        (size) => `c7i.${size}`,
      ),
    )
  })
})
