import type { Platform, Pool } from '#core/pools/pool.ts'
import { fits } from '#core/pools/room.ts'
import { err, ok, type Result } from '#core/result.ts'
import { unreachable } from '#core/unreachable.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** What a clone gets of a pool: what it is priced, admitted and billed by. */
export interface Size extends Resources {
  /** Why it is more than the clone asks for; `null` when it is not. */
  readonly reason: string | null
}

/** vCPUs that Fargate has, and the memory that goes with each, in GiB: least, most, and the steps between. */
const fargateSizes = [
  { vcpus: 0.25, gib: [0.5, 1, 2] },
  { vcpus: 0.5, gib: steps(1, 4, 1) },
  { vcpus: 1, gib: steps(2, 8, 1) },
  { vcpus: 2, gib: steps(4, 16, 1) },
  { vcpus: 4, gib: steps(8, 30, 1) },
  { vcpus: 8, gib: steps(16, 60, 4) },
  { vcpus: 16, gib: steps(32, 120, 8) },
] as const

/** The least that AWS Batch takes for a container on EC2. */
const leastMemoryMiB = 4

/**
 * The smallest size that a platform has for what a clone asks for: on EC2 whole vCPUs and MiB, on Fargate a pair of its table, on a
 * machine any. Fewer vCPUs cost less whatever the memory, so they go first. An error in words when there is none.
 */
export function sizeOn(platform: Platform['kind'], asked: Resources): Result<Size, string> {
  switch (platform) {
    case 'machine':
      return ok({ ...asked, reason: null })
    case 'EC2':
      return ok(said(asked, onEc2(asked), 'EC2'))
    case 'FARGATE': {
      const size = onFargate(asked)
      return size.ok ? ok(said(asked, size.value, 'Fargate')) : size
    }
    default:
      return unreachable(platform)
  }
}

/** What a clone gets where its platform has a size for it; else what it asks for. */
export function givenOn(platform: Platform['kind'], asked: Resources): Resources {
  const { vcpus, memoryMiB, gpus } = sizeOr(sizeOn(platform, asked), asked)
  return { vcpus, memoryMiB, gpus }
}

/** The size of a clone in a pool, if the pool could hold it when empty: as a whole, and on one of its hosts. */
export function sizeIn(pool: Sized, asked: Resources): Size | undefined {
  const size = sizeOn(pool.platform.kind, asked)
  if (!size.ok || !fits(size.value, pool)) return undefined
  const { platform } = pool
  return platform.kind !== 'EC2' || platform.hosts.some((host) => fits(size.value, host)) ? size.value : undefined
}

/** The most memory that a clone could be given in a pool, with as many vCPUs as that takes; `undefined`: it has no place there. */
export function mostMemoryIn(pool: Sized, asked: Resources): number | undefined {
  const size = sizeIn(pool, asked)
  if (size === undefined) return undefined
  const { platform, vcpus, memoryMiB } = pool
  if (platform.kind === 'machine') return memoryMiB
  if (platform.kind === 'EC2') {
    const hosts = platform.hosts.filter((host) => fits(size, host)).map((host) => Math.floor(host.memoryMiB))
    return Math.min(memoryMiB, Math.max(...hosts))
  }
  // Memory goes with vCPUs: sizes with fewer than are asked for have some that those with more have not.
  const sizes = fargateSizes.filter((one) => one.vcpus >= asked.vcpus && one.vcpus <= vcpus)
  const there = sizes.flatMap(({ gib }) => gib.map((one) => one * 1024))
  return Math.max(...there.filter((one) => one <= memoryMiB))
}

type Sized = Pick<Pool, 'platform' | 'vcpus' | 'memoryMiB' | 'gpus'>

function sizeOr(size: Result<Size, string>, otherwise: Resources): Resources {
  return size.ok ? size.value : otherwise
}

function onEc2({ vcpus, memoryMiB, gpus }: Resources): Resources {
  return { vcpus: Math.max(1, Math.ceil(vcpus)), memoryMiB: Math.max(leastMemoryMiB, Math.ceil(memoryMiB)), gpus }
}

function onFargate({ vcpus, memoryMiB, gpus }: Resources): Result<Resources, string> {
  if (gpus > 0) return err('Fargate has no GPUs')
  for (const size of fargateSizes) {
    const gib = size.gib.find((one) => one * 1024 >= memoryMiB)
    if (size.vcpus >= vcpus && gib !== undefined) return ok({ vcpus: size.vcpus, memoryMiB: gib * 1024, gpus })
  }
  return err(`${words({ vcpus, memoryMiB })} are more than Fargate has: 16 vCPUs with 122880 MiB`)
}

function said(asked: Resources, size: Resources, where: string): Size {
  const isSame = size.vcpus === asked.vcpus && size.memoryMiB === asked.memoryMiB
  const reason = isSame ? null : `${words(asked)} are ${words(size)} on ${where}, the next size that it has`
  return { ...size, reason }
}

function words({ vcpus, memoryMiB }: Pick<Resources, 'vcpus' | 'memoryMiB'>): string {
  return `${vcpus} vCPUs with ${memoryMiB} MiB`
}

function steps(least: number, most: number, step: number): readonly number[] {
  return Array.from({ length: (most - least) / step + 1 }, (_, index) => least + index * step)
}
