import fc from 'fast-check'
import type { Platform, Pool } from '#core/pools/pool.ts'
import type { PoolPreference, Resources } from '#core/workflow/workflow.ts'
import { aPool } from '../pools/a-pool.ts'

const tiers = ['hot', 'warm', 'cold'] as const
const accelerators = ['cpu', 'cpu', 'gpu'] as const
const purchases = ['on-demand', 'spot'] as const
const usd = fc.integer({ min: 0, max: 100 }).map((cents) => cents / 100)

const platforms: fc.Arbitrary<Platform> = fc.constantFrom<Platform>(
  { kind: 'machine' },
  { kind: 'machine' },
  { kind: 'FARGATE' },
  {
    kind: 'EC2',
    hosts: [
      { vcpus: 2, memoryMiB: 900, gpus: 2 },
      { vcpus: 8, memoryMiB: 700, gpus: 0 },
    ],
  },
)

/** One to six pools of any kind, with ids in no order. */
export const poolSets: fc.Arbitrary<readonly Pool[]> = fc
  .array(
    fc.record({
      tier: fc.constantFrom(...tiers),
      accelerator: fc.constantFrom(...accelerators),
      purchase: fc.constantFrom(...purchases),
      platform: platforms,
      vcpus: fc.integer({ min: 1, max: 8 }),
      memoryMiB: fc.integer({ min: 256, max: 8192 }),
      startDelayS: fc.nat(300),
      price: fc.record({ usdPerVcpuHour: usd, usdPerGiBHour: usd, usdPerGpuHour: usd }),
      reclaimsPerHour: fc.constantFrom(0, 0.05, 2),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((all) =>
    all.map((one, index) => aPool(`p${(index * 5) % 7}`, { ...one, gpus: one.accelerator === 'gpu' ? 2 : 0 })),
  )

/** What a task asks for; seldom more than any pool has. */
export const resources: fc.Arbitrary<Resources> = fc.record({
  vcpus: fc.constantFrom(0.25, 0.5, 1, 2, 9),
  memoryMiB: fc.constantFrom(64, 256, 1024),
  gpus: fc.constantFrom(0, 0, 0, 1),
})

/** A wish for a pool, mostly none. */
export const wishes: fc.Arbitrary<PoolPreference> = fc
  .record({
    tier: fc.constantFrom(undefined, undefined, undefined, ...tiers),
    accelerator: fc.constantFrom(undefined, undefined, 'cpu', 'gpu'),
    purchase: fc.constantFrom(undefined, undefined, undefined, ...purchases),
  })
  .map((wish) => Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)))
