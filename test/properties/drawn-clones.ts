import type { Assignment } from '#contract/clone-api.ts'
import type { Failure } from '#core/failure/cause.ts'
import { canonicalHash } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import { taskOf, type SlotRef } from '#core/run/ids.ts'
import type { Task } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { hashedOutputs } from '../operations/hashing-script.ts'
import type { RandomRun } from './random-workflow.ts'

/** What a drawn clone does. */
export interface DrawnBehaviour {
  readonly takesS: number
  readonly outputs?: Readonly<Record<string, Json>>
  readonly fails?: Failure
}

/**
 * Clones that do what was drawn for their task; to be made once a run, since tries are counted. All clones of an unlucky try
 * fail together. What a clone leaves tells all that it was given, so that nothing can be given wrongly and go unseen.
 */
export function drawnClones({ workflow, habits, broken }: RandomRun, objects: ObjectStore) {
  const tasks = new Map(workflow.tasks.map((task) => [task.id, task]))
  const unluckyTries = new Map<string, Set<number>>()
  return async (slot: SlotRef, assignment: Assignment): Promise<DrawnBehaviour> => {
    const id = taskOf(slot.task)
    const task = tasks.get(id)
    const habit = habits[id]
    if (task === undefined || habit === undefined) throw new Error(`${id} was not drawn`)
    const takesS = (habit.takesS * (1 + slot.clone * 2) * (slot.attempt + 2)) % 31
    const tries = unluckyTries.get(slot.task) ?? new Set()
    unluckyTries.set(slot.task, tries)
    if (tries.size < habit.unlucky) tries.add(slot.attempt)
    const clone = slot.clone % (task.clones as number)
    const isBroken = broken.has(id) || broken.has(slot.task)
    if (tries.has(slot.attempt) || isBroken || habit.failing[clone] === true) {
      const { cause } = habit
      return { takesS, fails: { cause, confidence: 'certain', exitCode: 1, signal: null, evidence: 'as was drawn' } }
    }
    const { out: of } = await hashedOutputs(objects, assignment)
    const value = habit.values[clone] as number
    // What runs as another variant than its own gives an answer that nobody expects.
    const answer = isOwn(task, slot, assignment) ? (habit.answers[clone] as number) : -1
    const out = { of: canonicalHash([of as Json, answer]), value }
    const score = habit.scoreless[clone] === true ? 'none' : value
    return { takesS, outputs: { out, score, list: habit.list } }
  }
}

function isOwn({ variants }: Task, { clone }: SlotRef, { variant, command, env }: Assignment): boolean {
  const own = variants[clone]
  return own === undefined
    ? variant === null
    : variant === own.name && canonicalHash([command, env]) === canonicalHash([own.run, own.env])
}
