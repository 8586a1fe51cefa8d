import { hostRoom } from '#core/market/instance-type.ts'
import { typesByName } from '#core/market/types-by-name.ts'
import type { Room } from '#core/pools/pool.ts'
import { fits } from '#core/pools/room.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** An instance type, and the room that jobs have on a host of it. */
export interface InstanceShape {
  readonly type: string
  readonly room: Room
}

/**
 * The smallest instance of the types that an environment may launch (sizes, families, or a bundle such as `optimal`) on
 * which a job has room; `undefined` when there is none. Sizes go by the rules of EC2's names, not by its list.
 */
export function shapeFor(types: readonly string[], needs: Resources): InstanceShape | undefined {
  const shapes = typesByName(types).map((one): InstanceShape => ({ type: one.type, room: hostRoom(one) }))
  const onlyGpus = shapes.every(({ room }) => room.gpus > 0)
  return shapes
    .filter(({ room }) => fits(needs, room) && (needs.gpus > 0 || room.gpus === 0 || onlyGpus))
    .toSorted((a, b) => a.room.vcpus - b.room.vcpus || a.room.memoryMiB - b.room.memoryMiB)[0]
}
