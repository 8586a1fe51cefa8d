import { slotKey } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { unreachable } from '#core/unreachable.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { startExecutions } from '#operations/start-executions.ts'
import type { Timer } from '#ports/timers.ts'

/** What a timer was set for. Idempotent by slot and deadline: a standby slot is called up once. */
export async function timerRang(ports: Ports, timer: Timer): Promise<void> {
  switch (timer.kind) {
    case 'backoff':
      return ports.dispatcher.request()
    case 'hedge':
      return callUp(ports, timer)
    default:
      return unreachable(timer.kind)
  }
}

async function callUp(ports: Ports, { slot }: Timer): Promise<void> {
  const { run, task, attempt, clone } = slot
  const key = slotKey(slot)
  const up = await optimistic(ports.store, run, async () => {
    const stored = await ports.store.rows.get(run, 'slot', key)
    if (stored === undefined) return { done: false }
    // The row may say "called up" while its execution was never started: starting it again is safe.
    if (stored.value.state !== 'standby') return { done: stored.value.state === 'waiting' }
    const why = stored.value.reason
    const event = { type: 'slot.activated', atMs: ports.clock.nowMs(), why } as const
    return { write: [change('slot', key, stored, event)], value: true }
  })
  if (up) await startExecutions(ports, run, [{ task, attempt, clones: [clone] }])
}
