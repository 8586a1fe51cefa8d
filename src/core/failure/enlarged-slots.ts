import type { Cause } from '#core/failure/cause.ts'
import type { FailedSlot } from '#core/failure/moved-slots.ts'
import { mostMemoryMiB } from '#core/planning/choose-pools.ts'
import type { Pool } from '#core/pools/pool.ts'
import { givenOn } from '#core/pools/size.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import type { Task } from '#core/workflow/workflow.ts'

/** Slots with more of what their clones ran out of; what they had and have in words. */
interface Enlarged {
  readonly slots: readonly FailedSlot[]
  readonly before: string
  readonly after: string
}

/**
 * Twice the memory for the clones that ran out of it and for their likes, up to the largest that a pool has which the task
 * may use; what a clone had may be more than it asked for. `slots` is `null` when none can have more.
 */
export function moreMemory(
  slots: readonly FailedSlot[],
  task: Pick<Task, 'pool'>,
  pools: readonly Pool[],
): { readonly slots: null; readonly before: string } | (Enlarged & { readonly isCapped: boolean }) {
  const meant = short(slots, 'out-of-memory')
  const had = meant.map(({ pool: id, resources }) => {
    const platform = pools.find((pool) => pool.id === id)?.platform.kind ?? 'machine'
    return givenOn(platform, resources).memoryMiB
  })
  const before = sizesOf(had)
  let isCapped = false
  const larger = meant.map((slot, index) => {
    const { resources } = slot
    const hadMiB = had[index] as number
    const most = mostMemoryMiB({ pool: task.pool, resources }, pools) ?? hadMiB
    const memoryMiB = Math.max(hadMiB, Math.min(2 * hadMiB, most))
    isCapped ||= memoryMiB < 2 * hadMiB
    if (memoryMiB === hadMiB) return slot
    const reason = `${memoryMiB} MiB after out-of-memory with ${hadMiB} MiB`
    return { ...slot, resources: { ...resources, memoryMiB }, reason }
  })
  if (larger.every((slot, index) => slot === meant[index])) return { slots: null, before }
  const after = sizesOf(
    larger.map((slot, index) => (slot === meant[index] ? (had[index] as number) : slot.resources.memoryMiB)),
  )
  return { slots: replaced(slots, meant, larger), before, after, isCapped }
}

/** Twice the limit for the clones that it stopped and for their likes; `null` when they had none, or the longest there is. */
export function moreTime(slots: readonly FailedSlot[]): Enlarged | null {
  const meant = short(slots, 'timed-out')
  const limits = meant.map(({ timeoutS }) => (timeoutS === null ? null : Math.min(2 * timeoutS, LIMITS.timeoutS.value)))
  if (limits.every((limit, index) => limit === null || limit === meant[index]?.timeoutS)) return null
  const larger = meant.map((slot, index): FailedSlot => {
    const timeoutS = limits[index] ?? null
    if (timeoutS === null) return slot
    return { ...slot, timeoutS, reason: `${timeoutS} s after timed-out with ${slot.timeoutS} s` }
  })
  const before = secondsOf(meant.map(({ timeoutS }) => timeoutS))
  return { slots: replaced(slots, meant, larger), before, after: secondsOf(limits) }
}

/** Clones of a variant of which one failed so; all when none says it did. */
function short(slots: readonly FailedSlot[], cause: Cause): readonly FailedSlot[] {
  const variants = new Set(slots.filter(({ failure }) => failure?.cause === cause).map(({ variant }) => variant))
  return variants.size === 0 ? slots : slots.filter(({ variant }) => variants.has(variant))
}

function replaced(
  slots: readonly FailedSlot[],
  old: readonly FailedSlot[],
  by: readonly FailedSlot[],
): readonly FailedSlot[] {
  return slots.map((slot) => by[old.indexOf(slot)] ?? slot)
}

function sizesOf(memories: readonly number[]): string {
  return [...new Set(memories)].map((memoryMiB) => `${memoryMiB} MiB`).join(' and ')
}

function secondsOf(limits: readonly (number | null)[]): string {
  return [...new Set(limits)].map((limit) => (limit === null ? 'no limit' : `${limit} s`)).join(' and ')
}
