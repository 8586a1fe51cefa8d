import type { RunId } from '#core/run/ids.ts'
import { endGroup } from '#core/run/readiness.ts'
import { change } from '#core/run/record.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { isTaskTerminal } from '#core/run/task.ts'
import { totalsOf } from '#core/run/totals.ts'
import { answerWait } from '#operations/close-slots.ts'
import { everyRow } from '#operations/every-row.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'

/** Waits that are answered together. */
const atOnce = 100

/**
 * Ends a run whose tasks have all ended (of one that is being cancelled: those that became ready), once no job of it is
 * alive: then its cost is whole. Called after every event that could be the last one; does nothing when it was not. Whoever
 * decided an attempt may have died before its waits were answered, and nobody looks after a run that is over: so all are
 * answered first.
 */
export async function finish(
  ports: Pick<Ports, 'store' | 'clock' | 'definitions' | 'executions'>,
  id: RunId,
): Promise<void> {
  const { value: run } = await readRun(ports.store, id)
  if (isRunTerminal(run.state)) return
  const end = await ports.store.rows.get(id, 'group', endGroup)
  const ended = end !== undefined && end.value.state !== 'open'
  if (!ended && !(run.state === 'cancelling' && (await allEnded(ports, id)))) return
  const slots: SlotRecord[] = []
  for await (const { value: slot } of everyRow(ports.store, id, 'slot')) {
    if (slot.job !== null && slot.bill === null) return
    slots.push(slot)
  }
  for (let from = 0; from < slots.length; from += atOnce) {
    await Promise.all(slots.slice(from, from + atOnce).map((slot) => answerWait(ports, slot)))
  }
  const failed = end?.value.failed.length ?? 0
  await optimistic(ports.store, id, async () => {
    const current = await readRun(ports.store, id)
    const group = await ports.store.rows.get(id, 'group', endGroup)
    if (isRunTerminal(current.value.state)) return { done: undefined }
    const atMs = ports.clock.nowMs()
    const { state, stopping } = current.value
    const cancelled = state === 'cancelling'
    const succeeded = failed === 0 && stopping === null
    const finished = change('run', 'run', current, {
      type: 'run.finished',
      atMs,
      ...(cancelled || succeeded
        ? { state: cancelled ? 'cancelled' : 'succeeded', error: null }
        : { state: 'failed', error: await failureWords(ports, current.value) }),
      totals: totalsOf(slots),
    })
    const opened =
      group?.value.state === 'claimed' ? [change('group', endGroup, group, { type: 'group.started', atMs })] : []
    return { write: [finished, ...opened], value: undefined }
  })
}

async function allEnded(ports: Pick<Ports, 'store'>, id: RunId): Promise<boolean> {
  for await (const { value: task } of everyRow(ports.store, id, 'task')) {
    if (!isTaskTerminal(task.state)) return false
  }
  return true
}

/** Why the run was stopped, and the first tasks that failed by themselves, in the words of their last failure. */
async function failureWords(ports: Pick<Ports, 'store' | 'definitions'>, run: RunRecord): Promise<string> {
  const { readiness } = await ports.definitions.workflow(run)
  const failed: string[] = []
  for await (const { value: task } of everyRow(ports.store, run.id, 'task')) {
    // An expansion with instances failed through them; one without failed by itself.
    if (task.state !== 'failed' || (task.instances ?? 0) > 0) continue
    if (readiness.tasks.get(task.task)?.allowFailure === true) continue
    if (task.index !== null && (await isTolerated(ports, run.id, task.task))) continue
    failed.push(`${task.id}: ${task.error ?? 'failed'}`)
    if (failed.length === 3) break
  }
  const words = run.stopping === null ? failed : [run.stopping, ...failed]
  return words.length > 0 ? words.join('\n') : 'tasks failed'
}

async function isTolerated(ports: Pick<Ports, 'store'>, run: RunId, expansion: string): Promise<boolean> {
  return (await ports.store.rows.get(run, 'task', expansion))?.value.state === 'committed'
}
