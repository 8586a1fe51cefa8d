import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchShape } from '#adapters/aws/batch-shape.ts'
import { ok } from '#core/result.ts'
import { fargateTakes } from '#local/batch/job/resources.ts'

const asked = (vcpus: number, memoryMiB: number, gpus = 0) => ({ vcpus, memoryMiB, gpus })

describe('what is asked for on EC2', () => {
  it.each([
    [asked(2, 4096), asked(2, 4096)],
    [asked(0.25, 512), asked(1, 512)],
    [asked(1.01, 1), asked(2, 4)],
    [asked(4, 15_000.2, 1), asked(4, 15_001, 1)],
  ])('for %o: %o', (from, to) => {
    expect(batchShape('EC2', from)).toMatchObject(ok(to))
  })
})

describe('what is asked for on Fargate', () => {
  it.each([
    [asked(0.25, 512), asked(0.25, 512)],
    [asked(0.1, 100), asked(0.25, 512)],
    [asked(0.25, 2049), asked(0.5, 3072)],
    [asked(0.5, 5000), asked(1, 5120)],
    [asked(3, 1000), asked(4, 8192)],
    [asked(5, 17_000), asked(8, 20_480)],
    [asked(4, 31_000), asked(8, 32_768)],
    [asked(16, 120 * 1024), asked(16, 120 * 1024)],
  ])('for %o: %o', (from, to) => {
    expect(batchShape('FARGATE', from)).toMatchObject(ok(to))
  })

  it.each([
    [asked(16.5, 1024), '16.5 vCPUs with 1024 MiB are more than Fargate has'],
    [asked(1, 122_881), '1 vCPUs with 122881 MiB are more than Fargate has'],
    [asked(1, 1024, 1), 'Fargate has no GPUs'],
  ])('for %o is nothing: %s', (from, words) => {
    const shape = batchShape('FARGATE', from)
    expect(shape.ok ? '' : shape.error).toContain(words)
  })

  it('is a size that there is, holds what the clone needs, and none with as many vCPUs is smaller', () => {
    const sizes = fc.record({
      vcpus: fc.double({ min: 0.01, max: 16, noNaN: true }),
      memoryMiB: fc.integer({ min: 1, max: 122_880 }),
    })
    fc.assert(
      fc.property(sizes, ({ vcpus, memoryMiB }) => {
        const shape = batchShape('FARGATE', asked(vcpus, memoryMiB))
        if (!shape.ok) throw new Error(shape.error)
        const { value } = shape
        expect(fargateTakes(value.vcpus, value.memoryMiB)).toBe(true)
        expect(value.vcpus).toBeGreaterThanOrEqual(vcpus)
        expect(value.memoryMiB).toBeGreaterThanOrEqual(memoryMiB)
        for (let less = Math.ceil(memoryMiB / 512) * 512; less < value.memoryMiB; less += 512) {
          expect(fargateTakes(value.vcpus, less)).toBe(false)
        }
      }),
    )
  })
})

it('says why it is more than was asked for, and nothing where it is not', () => {
  const reasonOf = (...shape: Parameters<typeof batchShape>) => {
    const { ok: fits, ...rest } = batchShape(...shape)
    return fits && 'value' in rest ? rest.value.reason : undefined
  }
  expect(reasonOf('EC2', asked(0.5, 512))).toBe(
    '0.5 vCPUs with 512 MiB are 1 vCPUs with 512 MiB on EC2, the next size that it has',
  )
  expect(reasonOf('FARGATE', asked(1, 2500))).toBe(
    '1 vCPUs with 2500 MiB are 1 vCPUs with 3072 MiB on Fargate, the next size that it has',
  )
  expect(reasonOf('EC2', asked(2, 512, 1))).toBeNull()
})
