import { taskOf } from '#core/run/ids.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { hashedOutputs } from '../operations/hashing-script.ts'
import { userError } from '../operations/story.ts'
import type { RandomRun } from '../properties/random-workflow.ts'
import type { Script } from './agent.ts'

/** Clones that do what was drawn for their task. */
export function drawnScript({ lists, broken, unlucky, takesS }: RandomRun, objects: ObjectStore): Script {
  const failed = new Map<string, Set<number>>()
  return async (slot, assignment) => {
    const id = taskOf(slot.task)
    const seconds = ((takesS[id] ?? 1) * (1 + slot.clone * 2) * (slot.attempt + 2)) % 31
    const tries = failed.get(slot.task) ?? new Set()
    failed.set(slot.task, tries)
    // All clones of a try fail together, and a task never fails more often than it may be retried.
    if (tries.size < (unlucky[id] ?? 0)) tries.add(slot.attempt)
    const fails = tries.has(slot.attempt) || broken.has(id) || broken.has(slot.task)
    if (fails) return { takesS: seconds, fails: userError() }
    return { takesS: seconds, outputs: await hashedOutputs(objects, assignment, lists) }
  }
}
