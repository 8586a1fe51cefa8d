import type { RunId } from '#core/run/ids.ts'
import { purposeOf } from '#core/run/readiness.ts'
import { isRunTerminal } from '#core/run/run.ts'
import { isSlotTerminal } from '#core/run/slot.ts'
import { isTaskTerminal, latestAttempt } from '#core/run/task.ts'
import { advance } from '#operations/advance/advance.ts'
import { cancel } from '#operations/cancel.ts'
import { answerWait } from '#operations/close-slots.ts'
import { everyRow } from '#operations/every-row.ts'
import { finish } from '#operations/finish.ts'
import { plan } from '#operations/plan.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import { settle } from '#operations/settle.ts'
import { slotsOf } from '#operations/slots-of.ts'
import { startExecutions, type Start } from '#operations/start-executions.ts'

/**
 * Finishes what was begun and not done: a run that was submitted and not planned, or told to stop or to end and not stopped,
 * groups that were claimed and not opened, tasks that ended and were not marked, attempts that could be decided, executions
 * that are gone, jobs that nobody waits for. Every part is a no-op where nothing is missing. O(rows of the run).
 */
export async function sweep(ports: Ports, run: RunId): Promise<void> {
  const { value: record } = await readRun(ports.store, run)
  if (isRunTerminal(record.state)) return
  await endDecided(ports, run)
  if (record.state === 'cancelling') return cancel(ports, run, record.error ?? 'cancelled')
  await plan(ports, run)
  if (record.stopping !== null) await advance(ports, run, [{ kind: 'stop', reason: record.stopping }])
  const starts: Start[] = []
  for await (const { id, value: task } of everyRow(ports.store, run, 'task')) {
    if (isTaskTerminal(task.state)) {
      await advance(ports, run, [{ kind: 'ended', task: id }])
      continue
    }
    // An expansion ends with its instances, and is expanded anew by whatever started it.
    const attempt = latestAttempt(task)
    if (attempt === undefined) continue
    await settle(ports, { run, task: id, attempt: attempt.number })
    const slots = await slotsOf(ports.store, run, id, attempt)
    // A slot with a token can be dispatched; what becomes of its execution does not matter any more.
    const unlaunched = slots.filter(({ value }) => value.state === 'waiting' && value.token === null)
    const clones = unlaunched.map((slot) => slot.value.clone)
    if (clones.length > 0) starts.push({ task: id, attempt: attempt.number, clones })
  }
  for await (const { id, value: group } of everyRow(ports.store, run, 'group')) {
    if (group.state !== 'claimed' || purposeOf(id).kind === 'shard') continue
    await advance(ports, run, [{ kind: 'open', group: id }])
  }
  await startExecutions(ports, run, starts, `swept at ${ports.clock.nowMs()}`)
  await finish(ports, run)
}

/** Jobs of slots that were decided may have been left alive; those that are gone are passed over. */
async function endDecided(ports: Pick<Ports, 'store' | 'pools' | 'executions'>, run: RunId): Promise<void> {
  const jobs: string[] = []
  for await (const { value: slot } of everyRow(ports.store, run, 'slot')) {
    if (!isSlotTerminal(slot.state)) continue
    if (slot.job !== null && slot.bill === null) jobs.push(slot.job)
    // A slot that had a job answers when that has ended.
    if (slot.job === null) await answerWait(ports, slot)
  }
  if (jobs.length > 0) await ports.pools.terminate(jobs, 'the attempt is decided')
}
