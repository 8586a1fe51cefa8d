import { familyOf, indexOf, membersText } from '#core/dispatch/array-members.ts'
import { childJob, soleJob } from '#core/dispatch/job-names.ts'
import { sha256 } from '#core/hash.ts'
import { type SlotRef, taskOf } from '#core/run/ids.ts'

/** A clone, and all that its job has in common with others that may be submitted with it. */
export interface Shaped {
  readonly slot: SlotRef
  /** Equal for jobs that differ in nothing but whose they are; `undefined`: it is like no other. */
  readonly shape: string | undefined
}

/** What one array has at most: members, and letters that name them. */
export interface ArrayBounds {
  readonly members: number
  readonly letters: number
}

/** Of a hash of the members, so that a name is of one set of clones only. */
const hashLetters = 32

/**
 * The names of jobs, in the order of their clones: those of one run and of equal shape are children of an array, as far as its bounds let
 * them; who is alone has a name of its own. In an array the instances of a task go in order, so that few letters name them. The same
 * clones get the same names. O(n log n).
 */
export function namesOf(clones: readonly Shaped[], bounds: ArrayBounds): readonly string[] {
  const alike = new Map<string, SlotRef[]>()
  for (const { slot, shape } of clones) {
    if (shape === undefined) continue
    const key = `${slot.run} ${shape}`
    const group = alike.get(key) ?? []
    alike.set(key, group)
    group.push(slot)
  }
  const names = new Map<SlotRef, string>()
  for (const group of alike.values()) {
    for (const part of parts(inFamilies(group), bounds)) {
      if (part.length < 2) continue
      const array = arrayName(part)
      for (const [index, slot] of part.entries()) names.set(slot, childJob({ array, index }))
    }
  }
  return clones.map(({ slot }) => names.get(slot) ?? soleJob(slot))
}

/** Families in the order of their first clone, each by the index of its instances; a plain task is alone in its own. */
function inFamilies(slots: readonly SlotRef[]): readonly SlotRef[] {
  const families = Map.groupBy(slots, familyOf)
  return [...families.values()].flatMap((family) =>
    family.toSorted((a, b) => (indexOf(a) as number) - (indexOf(b) as number)),
  )
}

/** As few as halving gives. */
function parts(slots: readonly SlotRef[], bounds: ArrayBounds): readonly (readonly SlotRef[])[] {
  const fits = slots.length <= bounds.members && membersText(slots).length <= bounds.letters
  if (fits || slots.length < 2) return [slots]
  const half = Math.ceil(slots.length / 2)
  return [...parts(slots.slice(0, half), bounds), ...parts(slots.slice(half), bounds)]
}

function arrayName(slots: readonly SlotRef[]): string {
  const { run, task } = slots[0] as SlotRef
  return `${run}-${taskOf(task)}-${sha256(membersText(slots)).slice(0, hashLetters)}`
}
