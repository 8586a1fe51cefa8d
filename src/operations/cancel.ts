import type { RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { isRunTerminal } from '#core/run/run.ts'
import { isSlotTerminal } from '#core/run/slot.ts'
import { isTaskTerminal, latestAttempt } from '#core/run/task.ts'
import { closeSlots } from '#operations/close-slots.ts'
import { everyRow } from '#operations/every-row.ts'
import { finish } from '#operations/finish.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import { slotsOf } from '#operations/slots-of.ts'

/** Cancels a run: visible at once, then every task that has not ended, its slots and their jobs. */
export async function cancel(ports: Ports, run: RunId, reason: string): Promise<void> {
  await tellToCancel(ports, run, reason)
  for await (const { id, value } of everyRow(ports.store, run, 'task')) {
    if (!isTaskTerminal(value.state)) await cancelTask(ports, run, id, reason)
  }
  await finish(ports, run)
}

/** Tells a run to cancel: from now on nothing of it starts. One that has ended, or was told before, stays as it is. */
export async function tellToCancel(ports: Pick<Ports, 'store' | 'clock'>, run: RunId, reason: string): Promise<void> {
  await optimistic(ports.store, run, async () => {
    const current = await readRun(ports.store, run)
    const { state } = current.value
    if (isRunTerminal(state) || state === 'cancelling') return { done: undefined }
    const event = { type: 'run.cancelling', atMs: ports.clock.nowMs(), reason } as const
    return { write: [change('run', 'run', current, event)], value: undefined }
  })
}

/** Cancels one task with its slots and their jobs; one that has ended stays as it is. */
export async function cancelTask(ports: Ports, run: RunId, id: string, reason: string): Promise<void> {
  const slots = await optimistic(ports.store, run, async () => {
    const stored = await ports.store.rows.get(run, 'task', id)
    if (stored === undefined || isTaskTerminal(stored.value.state)) return { done: [] }
    const attempt = latestAttempt(stored.value)
    const all = attempt === undefined ? [] : await slotsOf(ports.store, run, id, attempt)
    const atMs = ports.clock.nowMs()
    const open = all.filter((slot) => !isSlotTerminal(slot.value.state))
    const write = [
      change('task', id, stored, { type: 'task.cancelled', atMs, why: reason }),
      ...open.map((slot) => change('slot', slot.id, slot, { type: 'slot.decided', atMs, state: 'cancelled' })),
    ]
    return { write, value: all }
  })
  await closeSlots(ports, slots, reason, () => Promise.resolve())
}
