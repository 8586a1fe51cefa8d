import { availableParallelism, totalmem } from 'node:os'
import { expect, it } from 'vitest'
import { thisMachine } from '#adapters/local/this-machine.ts'

it('lets clones use all processors and three quarters of the memory at most, and no GPU unasked', () => {
  const { vcpus, memoryMiB, gpus } = thisMachine()
  expect([vcpus, gpus]).toStrictEqual([availableParallelism(), 0])
  expect(memoryMiB).toBeGreaterThan(0)
  expect(memoryMiB).toBeLessThanOrEqual((0.75 * totalmem()) / 1024 ** 2)
})
