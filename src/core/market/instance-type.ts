import type { Room } from '#core/pools/pool.ts'

/** A type of instance, as a region has it. */
export interface InstanceType {
  /** Such as `c7i.large`. */
  readonly type: string
  readonly vcpus: number
  /** All of it, before the system takes its part. */
  readonly memoryMiB: number
  readonly gpus: number
  readonly arch: 'x86_64' | 'arm64'
}

/** What the system and the ECS agent leave of an instance's memory; more of large ones. */
const usableMemory = 0.93

/** Families that AWS Batch takes where it is left to it (its user guide). */
const bundles: Readonly<Record<string, readonly string[]>> = {
  optimal: ['m6i', 'c6i', 'r6i', 'c7i'],
  default_x86_64: ['m6i', 'c6i', 'r6i', 'c7i'],
  default_arm64: ['m6g', 'c6g', 'r6g', 'c7g'],
}

/** The room that jobs have on an instance. */
export function hostRoom({ vcpus, memoryMiB, gpus }: InstanceType): Room {
  return { vcpus, memoryMiB: Math.floor(memoryMiB * usableMemory), gpus }
}

/** Families and types that names of an environment stand for, each once, sorted. */
export function plainNames(names: readonly string[]): readonly string[] {
  return [...new Set(names.flatMap((name) => bundles[name] ?? [name]))].sort()
}

/** Whether a type is one of those that plain names stand for. */
export function isNamed(type: string, names: readonly string[]): boolean {
  return names.some((name) => type === name || type.startsWith(`${name}.`))
}

/** The hosts that are not outdone: none of the others has as much of everything, each size once. O(n²). */
export function largestHosts(rooms: readonly Room[]): readonly Room[] {
  const outdoes = (a: Room, b: Room): boolean => a.vcpus >= b.vcpus && a.memoryMiB >= b.memoryMiB && a.gpus >= b.gpus
  return rooms
    .filter((room, at) => !rooms.some((other, index) => outdoes(other, room) && (!outdoes(room, other) || index < at)))
    .toSorted((a, b) => a.vcpus - b.vcpus || a.memoryMiB - b.memoryMiB)
}
