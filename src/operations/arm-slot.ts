import type { Pool } from '#core/pools/pool.ts'
import { taskOf } from '#core/run/ids.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { stagingS } from '#operations/lease.ts'
import type { Ports } from '#operations/ports.ts'
import { slotsOf } from '#operations/slots-of.ts'

/**
 * Sets the timers that follow from a look at a waiting slot: one that must not start yet is looked at again when it may; the
 * start of a clone in the pool `takenBy` arms its limit, which counts from when its job has its place, and that of a first
 * clone the hedge of its attempt: from here on it can be slow.
 */
export async function armSlot(
  ports: Pick<Ports, 'store' | 'definitions' | 'timers' | 'clock'>,
  slot: SlotRecord,
  run: RunRecord,
  pools: readonly Pool[],
  /** When the slot was looked at: what was too early then is so here too. */
  lookedAtMs: number,
  takenBy: string | undefined,
): Promise<void> {
  const { task, attempt, clone, notBeforeMs, timeoutS } = slot
  const nowMs = ports.clock.nowMs()
  if (notBeforeMs !== null && notBeforeMs > lookedAtMs) {
    await ports.timers.set({ slot: { run: run.id, task, attempt, clone }, kind: 'backoff', atMs: notBeforeMs })
  }
  if (takenBy === undefined) return
  const startDelayS = (id: string): number => pools.find((pool) => pool.id === id)?.startDelayS ?? 0
  if (timeoutS !== null) {
    const atMs = nowMs + (startDelayS(takenBy) + timeoutS + stagingS) * 1000
    await ports.timers.set({ slot: { run: run.id, task, attempt, clone }, kind: 'timeout', atMs })
  }
  if (slot.kind === 'standby') return
  const placement = (await ports.definitions.plan(run)).placements[taskOf(task)]
  if (placement === undefined) throw new Error(`task ${task} has no placement`)
  if (placement.hedgeAfterS === null) return
  // A clone that spilled into a slower pool is not slow before that pool could have started it.
  const spilledS = Math.max(0, startDelayS(takenBy) - startDelayS(slot.pool))
  const atMs = nowMs + (placement.hedgeAfterS + spilledS) * 1000
  const row = await ports.store.rows.get(run.id, 'task', task)
  const own = row?.value.attempts.find(({ number }) => number === attempt)
  for (const { value } of own === undefined ? [] : await slotsOf(ports.store, run.id, task, own)) {
    if (value.state !== 'standby') continue
    await ports.timers.set({ slot: { run: run.id, task, attempt, clone: value.clone }, kind: 'hedge', atMs })
  }
}
