import type { Room } from '#core/pools/pool.ts'
import { fits } from '#core/pools/room.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** An instance type, and the room that jobs have on a host of it. */
export interface InstanceShape {
  readonly type: string
  readonly room: Room
}

/** What the system and the ECS agent leave of a host's memory. */
const usableMemory = 0.93
const gibPerVcpu: Readonly<Record<string, number>> = { c: 2, m: 4, t: 4, r: 8, x: 16, g: 4, p: 8 }
/** Sizes of a family that stands for all of them. */
const sizes = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge']
const anyFamily = ['c7i', 'm7i', 'r7i']

/**
 * The smallest instance of the types that an environment may launch (sizes, families, or a bundle such as `optimal`) on
 * which a job has room; `undefined` when there is none. Sizes go by the rules of EC2's names, not by its list.
 */
export function shapeFor(types: readonly string[], needs: Resources): InstanceShape | undefined {
  return shapesOf(types)
    .filter(({ room }) => fits(needs, room) && (needs.gpus > 0 || room.gpus === 0 || onlyGpus(types)))
    .toSorted((a, b) => a.room.vcpus - b.room.vcpus || a.room.memoryMiB - b.room.memoryMiB)[0]
}

/** All shapes that an environment may launch. */
function shapesOf(types: readonly string[]): readonly InstanceShape[] {
  return types.flatMap((type) => {
    if (type === 'optimal' || type.startsWith('default_')) return shapesOf(anyFamily)
    if (!type.includes('.')) return sizes.flatMap((size) => shapeOf(type, size))
    const [family = '', size = ''] = type.split('.')
    return shapeOf(family, size)
  })
}

function onlyGpus(types: readonly string[]): boolean {
  return shapesOf(types).every(({ room }) => room.gpus > 0)
}

function shapeOf(family: string, size: string): readonly InstanceShape[] {
  const vcpus = vcpusOf(size)
  const gib = gibPerVcpu[family.charAt(0)]
  if (vcpus === undefined || gib === undefined) return []
  const room = { vcpus, memoryMiB: Math.floor(vcpus * gib * 1024 * usableMemory), gpus: gpusOf(family, size) }
  return [{ type: `${family}.${size}`, room }]
}

function vcpusOf(size: string): number | undefined {
  if (size === 'medium') return 1
  if (size === 'large') return 2
  const [, times] = /^(\d*)xlarge$/.exec(size) ?? []
  return times === undefined ? undefined : 4 * Number(times || 1)
}

function gpusOf(family: string, size: string): number {
  switch (family.charAt(0)) {
    case 'g':
      return ({ '12xlarge': 4, '24xlarge': 4, '48xlarge': 8 } as Readonly<Record<string, number>>)[size] ?? 1
    case 'p':
      return ({ '2xlarge': 1, '8xlarge': 4 } as Readonly<Record<string, number>>)[size] ?? 8
    default:
      return 0
  }
}
