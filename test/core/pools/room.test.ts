import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fits, giveBack, take } from '#core/pools/room.ts'

const room = { vcpus: 2, memoryMiB: 1024, gpus: 1 }

describe('room', () => {
  it.each([
    ['all of it', { vcpus: 2, memoryMiB: 1024, gpus: 1 }, true],
    ['none of it', { vcpus: 0, memoryMiB: 0, gpus: 0 }, true],
    ['more vCPUs', { vcpus: 2.01, memoryMiB: 1, gpus: 0 }, false],
    ['more memory', { vcpus: 1, memoryMiB: 1024.5, gpus: 0 }, false],
    ['more GPUs', { vcpus: 1, memoryMiB: 1, gpus: 2 }, false],
  ])('for %s: %o', (_, resources, does) => {
    expect(fits(resources, room)).toBe(does)
  })

  it('of three tenths of a vCPU holds a tenth three times, whatever the floating sum, and no more', () => {
    const tenth = { vcpus: 0.1, memoryMiB: 0.1, gpus: 0 }
    let free = { vcpus: 0.3, memoryMiB: 0.3, gpus: 0 }
    for (let taken = 0; taken < 3; taken++) {
      expect(fits(tenth, free)).toBe(true)
      free = take(tenth, free)
    }
    expect(fits(tenth, free)).toBe(false)
  })

  it('comes back as it was taken', () => {
    const resources = fc.record(
      { vcpus: fc.nat(64), memoryMiB: fc.nat(65_536), gpus: fc.nat(8) },
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(resources, resources, (clone, free) => {
        expect(giveBack(clone, take(clone, free))).toStrictEqual(free)
      }),
    )
  })
})
