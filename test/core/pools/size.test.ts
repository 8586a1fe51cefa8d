import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Platform } from '#core/pools/pool.ts'
import { fits } from '#core/pools/room.ts'
import { givenOn, mostMemoryIn, sizeIn, sizeOn } from '#core/pools/size.ts'
import { err, ok } from '#core/result.ts'
import { fargateTakes } from '#local/batch/job/resources.ts'
import { aPool } from './a-pool.ts'

const asked = (vcpus: number, memoryMiB: number, gpus = 0) => ({ vcpus, memoryMiB, gpus })
const fargate: Platform = { kind: 'FARGATE' }
const ec2 = (...hosts: ReturnType<typeof asked>[]): Platform => ({ kind: 'EC2', hosts })
const large = { vcpus: 256, memoryMiB: 1_000_000, gpus: 16 }

it('on a machine is what was asked for', () => {
  expect(sizeOn('machine', asked(0.1, 33))).toStrictEqual(ok({ ...asked(0.1, 33), reason: null }))
})

it('is refused on a platform that there is not', () => {
  expect(() => sizeOn('MARS' as 'machine', asked(1, 1))).toThrow('unexpected value: "MARS"')
})

describe('what is asked for on EC2', () => {
  it.each([
    [asked(2, 4096), asked(2, 4096)],
    [asked(0.25, 512), asked(1, 512)],
    [asked(1.01, 1), asked(2, 4)],
    [asked(4, 15_000.2, 1), asked(4, 15_001, 1)],
  ])('for %o: %o', (from, to) => {
    expect(sizeOn('EC2', from)).toMatchObject(ok(to))
    expect(givenOn('EC2', from)).toStrictEqual(to)
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
    expect(sizeOn('FARGATE', from)).toMatchObject(ok(to))
    expect(givenOn('FARGATE', from)).toStrictEqual(to)
  })

  it.each([
    [asked(16.5, 1024), '16.5 vCPUs with 1024 MiB are more than Fargate has: 16 vCPUs with 122880 MiB'],
    [asked(1, 122_881), '1 vCPUs with 122881 MiB are more than Fargate has: 16 vCPUs with 122880 MiB'],
    [asked(1, 1024, 1), 'Fargate has no GPUs'],
  ])('for %o is nothing: %s', (from, words) => {
    expect(sizeOn('FARGATE', from)).toStrictEqual(err(words))
    expect(givenOn('FARGATE', from)).toStrictEqual(from)
    expect(sizeIn(aPool('fargate', { ...large, platform: fargate }), from)).toBeUndefined()
  })

  it('is a size that there is, holds what the clone needs, and none with as many vCPUs is smaller', () => {
    const sizes = fc.record({
      vcpus: fc.double({ min: 0.01, max: 16, noNaN: true }),
      memoryMiB: fc.integer({ min: 1, max: 122_880 }),
    })
    fc.assert(
      fc.property(sizes, ({ vcpus, memoryMiB }) => {
        const size = sizeOn('FARGATE', asked(vcpus, memoryMiB))
        if (!size.ok) throw new Error(size.error)
        const { value } = size
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

it.each([
  ['EC2', asked(0.5, 512), '0.5 vCPUs with 512 MiB are 1 vCPUs with 512 MiB on EC2, the next size that it has'],
  [
    'FARGATE',
    asked(0.5, 700),
    '0.5 vCPUs with 700 MiB are 0.5 vCPUs with 1024 MiB on Fargate, the next size that it has',
  ],
  ['EC2', asked(2, 512, 1), null],
  ['FARGATE', asked(1, 3072), null],
] as const)('on %s the size of %o says why it is more: %s', (platform, from, reason) => {
  expect(sizeOn(platform, from)).toMatchObject(ok({ reason }))
})

describe('in a pool', () => {
  it.each([
    {
      why: 'what the machine has',
      pool: { platform: { kind: 'machine' } as const },
      from: asked(4, 4096),
      there: true,
    },
    {
      why: 'more than the machine has',
      pool: { platform: { kind: 'machine' } as const },
      from: asked(4, 4097),
      there: false,
    },
    {
      why: 'half a vCPU where whole ones fit',
      pool: { vcpus: 1, platform: fargate },
      from: asked(0.5, 700),
      there: true,
    },
    {
      why: 'a size that the pool has no room for once rounded',
      pool: { vcpus: 3, memoryMiB: 60_000, platform: fargate },
      from: asked(2.5, 700),
      there: false,
    },
    {
      why: 'what one of two hosts has',
      pool: { ...large, platform: ec2(asked(2, 30_000), asked(8, 15_000)) },
      from: asked(8, 15_000),
      there: true,
    },
    {
      why: 'what only two hosts have together',
      pool: { ...large, platform: ec2(asked(2, 30_000), asked(8, 15_000)) },
      from: asked(8, 15_001),
      there: false,
    },
    {
      why: 'a GPU where no host has one',
      pool: { ...large, platform: ec2(asked(8, 15_000)) },
      from: asked(1, 100, 1),
      there: false,
    },
    {
      why: 'anything where there are no hosts',
      pool: { ...large, platform: ec2() },
      from: asked(1, 100),
      there: false,
    },
  ])('$why has a place: $there', ({ pool, from, there }) => {
    const some = aPool('pool', pool)
    expect(sizeIn(some, from) !== undefined).toBe(there)
    expect(mostMemoryIn(some, from) !== undefined).toBe(there)
  })

  it.each([
    { pool: { memoryMiB: 4096, platform: { kind: 'machine' } as const }, from: asked(1, 1), mostMiB: 4096 },
    { pool: { ...large, platform: fargate }, from: asked(0.25, 512), mostMiB: 122_880 },
    { pool: { vcpus: 4, memoryMiB: 60_000, platform: fargate }, from: asked(0.25, 512), mostMiB: 30 * 1024 },
    { pool: { vcpus: 4, memoryMiB: 5000, platform: fargate }, from: asked(0.25, 512), mostMiB: 4096 },
    // 36 GiB go with 8 vCPUs, and not with 16.
    { pool: { vcpus: 16, memoryMiB: 36 * 1024, platform: fargate }, from: asked(9, 512), mostMiB: 32 * 1024 },
    { pool: { ...large, platform: ec2(asked(2, 30_000.5), asked(8, 15_000)) }, from: asked(1, 100), mostMiB: 30_000 },
    { pool: { ...large, platform: ec2(asked(2, 30_000), asked(8, 15_000)) }, from: asked(2.5, 100), mostMiB: 15_000 },
    { pool: { vcpus: 8, memoryMiB: 9000, platform: ec2(asked(8, 15_000)) }, from: asked(1, 100), mostMiB: 9000 },
  ])('the most memory of $from is $mostMiB MiB', ({ pool, from, mostMiB }) => {
    expect(mostMemoryIn(aPool('pool', pool), from)).toBe(mostMiB)
  })

  const rooms = fc.record({
    vcpus: fc.integer({ min: 1, max: 32 }),
    memoryMiB: fc.integer({ min: 512, max: 140_000 }),
    gpus: fc.nat(2),
  })
  const platforms: fc.Arbitrary<Platform> = fc.oneof(
    fc.constant({ kind: 'machine' } as const),
    fc.constant(fargate),
    fc.array(rooms, { maxLength: 3 }).map((hosts) => ec2(...hosts)),
  )
  const wanted = fc.record({
    vcpus: fc.double({ min: 0.1, max: 20, noNaN: true }),
    memoryMiB: fc.integer({ min: 1, max: 130_000 }),
    gpus: fc.constantFrom(0, 0, 1),
  })

  it('a size holds what was asked for and fits the pool; it is its own size; with the most memory there is a place too', () => {
    fc.assert(
      fc.property(rooms, platforms, wanted, (room, platform, from) => {
        const pool = aPool('pool', { ...room, platform })
        const size = sizeIn(pool, from)
        if (size === undefined) return
        expect(fits(from, size) && fits(size, pool)).toBe(true)
        expect(sizeIn(pool, size)).toStrictEqual({ ...size, reason: null })
        const memoryMiB = mostMemoryIn(pool, from) as number
        expect(memoryMiB).toBeGreaterThanOrEqual(size.memoryMiB)
        expect(sizeIn(pool, { ...from, memoryMiB })).toBeDefined()
      }),
    )
  })
})
