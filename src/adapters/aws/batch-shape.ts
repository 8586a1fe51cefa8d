import { err, ok, type Result } from '#core/result.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** What runs the hosts behind a pool: EC2 instances of the account, or Fargate. */
export type BatchPlatform = 'EC2' | 'FARGATE'

/** What is asked for a clone on a platform. */
export interface BatchShape extends Resources {
  /** Why it is more than the clone asks for; `null` when it is not. */
  readonly reason: string | null
}

/** vCPUs that Fargate has, and the memory that goes with each: least, most, and the step between, in GiB. */
const fargateSizes = [
  { vcpus: 0.25, gib: [0.5, 1, 2] },
  { vcpus: 0.5, gib: steps(1, 4, 1) },
  { vcpus: 1, gib: steps(2, 8, 1) },
  { vcpus: 2, gib: steps(4, 16, 1) },
  { vcpus: 4, gib: steps(8, 30, 1) },
  { vcpus: 8, gib: steps(16, 60, 4) },
  { vcpus: 16, gib: steps(32, 120, 8) },
] as const

/** The least that Batch takes for a container on EC2. */
const leastMemoryMiB = 4

/**
 * The smallest size that a platform has for what a clone asks for: on EC2 whole vCPUs and MiB, on Fargate a pair of its table. Fewer
 * vCPUs cost less whatever the memory, so they go first. An error in words when there is none.
 */
export function batchShape(platform: BatchPlatform, asked: Resources): Result<BatchShape, string> {
  const shape = platform === 'EC2' ? ok(onEc2(asked)) : onFargate(asked)
  if (!shape.ok) return shape
  const { vcpus, memoryMiB, gpus } = shape.value
  const isSame = vcpus === asked.vcpus && memoryMiB === asked.memoryMiB
  const where = platform === 'EC2' ? 'EC2' : 'Fargate'
  const reason = isSame ? null : `${words(asked)} are ${words(shape.value)} on ${where}, the next size that it has`
  return ok({ vcpus, memoryMiB, gpus, reason })
}

function onEc2({ vcpus, memoryMiB, gpus }: Resources): Resources {
  return {
    vcpus: Math.max(1, Math.ceil(vcpus)),
    memoryMiB: Math.max(leastMemoryMiB, Math.ceil(memoryMiB)),
    gpus,
  }
}

function onFargate({ vcpus, memoryMiB, gpus }: Resources): Result<Resources, string> {
  if (gpus > 0) return err('Fargate has no GPUs')
  for (const size of fargateSizes) {
    const gib = size.gib.find((one) => one * 1024 >= memoryMiB)
    if (size.vcpus >= vcpus && gib !== undefined) return ok({ vcpus: size.vcpus, memoryMiB: gib * 1024, gpus })
  }
  return err(`${words({ vcpus, memoryMiB })} are more than Fargate has: 16 vCPUs with 122880 MiB`)
}

function words({ vcpus, memoryMiB }: Pick<Resources, 'vcpus' | 'memoryMiB'>): string {
  return `${vcpus} vCPUs with ${memoryMiB} MiB`
}

function steps(least: number, most: number, step: number): readonly number[] {
  return Array.from({ length: (most - least) / step + 1 }, (_, index) => least + index * step)
}
