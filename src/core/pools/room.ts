import type { Room } from '#core/pools/pool.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** A billionth of a vCPU: sums of fractions such as 0.1 leave that much. */
const slack = 1e-9

/** Whether a clone of this shape fits into what is free. */
export function fits(resources: Resources, room: Room): boolean {
  return (
    resources.vcpus <= room.vcpus + slack &&
    resources.memoryMiB <= room.memoryMiB + slack &&
    resources.gpus <= room.gpus
  )
}

/** What stays free once a clone of this shape is taken in. */
export function take(resources: Resources, room: Room): Room {
  return {
    vcpus: room.vcpus - resources.vcpus,
    memoryMiB: room.memoryMiB - resources.memoryMiB,
    gpus: room.gpus - resources.gpus,
  }
}

/** What is free once a clone of this shape has left. */
export function giveBack(resources: Resources, room: Room): Room {
  return {
    vcpus: room.vcpus + resources.vcpus,
    memoryMiB: room.memoryMiB + resources.memoryMiB,
    gpus: room.gpus + resources.gpus,
  }
}
