import { slotKey, type SlotRef } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'

/**
 * Registers a slot's wait: from now on dispatch may give it a place. Keyed by slot, so a retried state only replaces the
 * token. A slot that needs no place any more is answered at once. Never starts a job: dispatch alone does.
 */
export async function launch(
  ports: Pick<Ports, 'store' | 'executions' | 'dispatcher' | 'clock'>,
  slot: SlotRef,
  token: string,
): Promise<void> {
  const key = slotKey(slot)
  const state = await optimistic(ports.store, slot.run, async () => {
    const stored = await ports.store.rows.get(slot.run, 'slot', key)
    if (stored === undefined) throw new Error(`slot ${key} has no row`)
    if (stored.value.state !== 'waiting') return { done: stored.value.state }
    const event = { type: 'slot.launched', atMs: ports.clock.nowMs(), token } as const
    return { write: [change('slot', key, stored, event)], value: 'waiting' as const }
  })
  if (state === 'waiting') await ports.dispatcher.request()
  else await ports.executions.answer(token, { outcome: state })
}
