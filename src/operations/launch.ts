import { slotKey, type SlotRef } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'

/**
 * Registers a slot's wait: from now on dispatch may give it a place. Keyed by slot, so a retried state only replaces the
 * token, and the wait of the old one ends. A slot that needs no place any more is answered at once. Never starts a job:
 * dispatch alone does.
 */
export async function launch(
  ports: Pick<Ports, 'store' | 'executions' | 'dispatcher' | 'clock'>,
  slot: SlotRef,
  token: string,
): Promise<void> {
  const key = slotKey(slot)
  const { state } = await optimistic<SlotRecord>(ports.store, slot.run, async () => {
    const stored = await ports.store.rows.get(slot.run, 'slot', key)
    if (stored === undefined) throw new Error(`slot ${key} has no row`)
    const { state: now, token: before } = stored.value
    if (now !== 'waiting' || before === token) return { done: stored.value }
    // Before it is replaced: afterwards nobody knows it any more.
    if (before !== null) await ports.executions.answer(before, { outcome: 'launched again' })
    const event = { type: 'slot.launched', atMs: ports.clock.nowMs(), token } as const
    return { write: [change('slot', key, stored, event)], value: stored.value }
  })
  if (state !== 'waiting') {
    await ports.executions.answer(token, { outcome: state })
    return
  }
  await ports.dispatcher.request()
}
