import type { LeaseAnswer, LeaseRequest } from '#contract/clone-api.ts'
import { slotKey } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { assignmentOf } from '#operations/assignment-of.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { asRead, readRun } from '#operations/read-run.ts'

/**
 * Gives a clone the right to work: the fence grows with each lease, and a claim under an older one is refused. The lease
 * is durable before the answer, hence before the command starts. Refused once the attempt is decided, the run does not
 * run, or another job holds the slot.
 */
export async function lease(
  ports: Pick<Ports, 'store' | 'objects' | 'clock' | 'definitions'>,
  { slot, job }: LeaseRequest,
): Promise<LeaseAnswer> {
  const key = slotKey(slot)
  const run = await readRun(ports.store, slot.run)
  const fence = await optimistic<number | string>(ports.store, slot.run, async () => {
    const current = await readRun(ports.store, slot.run)
    if (current.value.state !== 'running') return { done: `the run is ${current.value.state}` }
    const stored = await ports.store.rows.get(slot.run, 'slot', key)
    if (stored === undefined) return { done: 'there is no such slot' }
    const { state } = stored.value
    if (state !== 'starting' && state !== 'running') return { done: `the slot is ${state}` }
    if (stored.value.job !== job) return { done: 'another job holds the slot' }
    const next = stored.value.fence + 1
    const event = { type: 'slot.leased', atMs: ports.clock.nowMs(), fence: next, job } as const
    return { write: [change('slot', key, stored, event)], checks: [asRead(current)], value: next }
  })
  if (typeof fence === 'string') return { granted: false, why: fence }
  return { granted: true, fence, assignment: await assignmentOf(ports, run.value, slot) }
}
