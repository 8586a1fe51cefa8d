import { instanceId } from '#core/run/ids.ts'
import { isRunTerminal } from '#core/run/run.ts'
import { isSlotTerminal } from '#core/run/slot.ts'
import { isTaskTerminal } from '#core/run/task.ts'
import { ofKind, type RunHistory } from './history.ts'

/** I11: nothing waits for ever. A run that is looked at has ended, with all that is in it; none of its tasks was lost. */
export function leftWaiting(history: RunHistory): readonly string[] {
  const breaches: string[] = []
  const [run] = ofKind(history, 'run')
  if (run === undefined) return ['I11 there is no run']
  if (!isRunTerminal(run.value.state)) breaches.push(`I11 the run is ${run.value.state}`)
  for (const { id, value } of ofKind(history, 'task')) {
    if (!isTaskTerminal(value.state)) breaches.push(`I11 ${id} is ${value.state}`)
  }
  for (const { id, value } of ofKind(history, 'slot')) {
    if (!isSlotTerminal(value.state)) breaches.push(`I11 slot ${id} is ${value.state}`)
  }
  // A run that was cancelled, or never planned, stops where it is.
  const wentThrough = run.value.state === 'succeeded' || (run.value.state === 'failed' && run.value.planId !== null)
  return wentThrough ? [...breaches, ...lostOnTheWay(history)] : breaches
}

function lostOnTheWay(history: RunHistory): readonly string[] {
  const breaches: string[] = []
  const tasks = new Map(ofKind(history, 'task').map(({ id, value }) => [id, value]))
  for (const { id } of history.workflow.tasks) {
    const row = tasks.get(id)
    if (row === undefined) breaches.push(`I11 ${id} was lost`)
    for (let index = 0; index < (row?.instances ?? 0); index += 1) {
      if (!tasks.has(instanceId(id, index))) breaches.push(`I11 ${instanceId(id, index)} was lost`)
    }
  }
  return breaches
}
