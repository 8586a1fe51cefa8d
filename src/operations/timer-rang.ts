import { slotKey, type SlotRef } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { unreachable } from '#core/unreachable.ts'
import { advance } from '#operations/advance/advance.ts'
import { checkClone } from '#operations/check-clone.ts'
import { stagingS } from '#operations/lease.ts'
import { neverLeased } from '#operations/never-leased.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import { startExecutions } from '#operations/start-executions.ts'
import type { Timer } from '#ports/timers.ts'

/**
 * What a timer was set for. Idempotent by slot and deadline, and by what the rows say: one that rings twice, late, or for
 * what is over does nothing.
 */
export async function timerRang(ports: Ports, timer: Timer): Promise<void> {
  switch (timer.kind) {
    case 'backoff':
      return ports.dispatcher.request()
    case 'hedge':
      return callUp(ports, timer.slot)
    case 'lease':
      return checkClone(ports, timer.slot)
    case 'timeout':
      return endLate(ports, timer.slot)
    case 'run-timeout': {
      const { value: run } = await readRun(ports.store, timer.run)
      return advance(ports, timer.run, [{ kind: 'stop', reason: `the run has taken longer than ${run.timeoutS} s` }])
    }
    default:
      return unreachable(timer)
  }
}

async function callUp(ports: Ports, slot: SlotRef): Promise<void> {
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

/**
 * The agent should have ended its clone long since, counted from when the job had its place: so the job is ended, and the
 * pool's words tell why. One that has its place since later is looked at when it is late.
 */
async function endLate(ports: Pick<Ports, 'store' | 'pools' | 'timers' | 'clock'>, slot: SlotRef): Promise<void> {
  const stored = await ports.store.rows.get(slot.run, 'slot', slotKey(slot))
  if (stored === undefined || stored.value.timeoutS === null || stored.value.job === null) return
  const { state, job, timeoutS } = stored.value
  if (state !== 'starting' && state !== 'running') return
  const [known] = await ports.pools.jobs([job])
  if (known?.state !== 'alive') return
  const nowMs = ports.clock.nowMs()
  const allowedS = timeoutS + stagingS
  const endsAtMs = (known.startedAtMs ?? nowMs) + allowedS * 1000
  if (endsAtMs > nowMs) return ports.timers.set({ kind: 'timeout', slot, atMs: endsAtMs })
  const reason = state === 'starting' ? neverLeased(allowedS) : 'Job attempt duration exceeded timeout'
  await ports.pools.terminate([job], reason)
}
