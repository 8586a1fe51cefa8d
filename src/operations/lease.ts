import type { LeaseAnswer, LeaseRequest } from '#contract/clone-api.ts'
import type { Failure } from '#core/failure/cause.ts'
import { slotKey } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { assignmentOf } from '#operations/assignment-of.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { asRead, readRun } from '#operations/read-run.ts'
import { report } from '#operations/report.ts'

/**
 * Gives a clone the right to work: the fence grows with each lease, and a claim under an older one is refused. The lease
 * is durable before the answer, hence before the command starts. Refused once the attempt is decided, the run does not
 * run, or another job holds the slot. A clone that lacks an input fails here, before anything is staged.
 */
export async function lease(ports: Ports, { slot, job }: LeaseRequest): Promise<LeaseAnswer> {
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
  const assignment = await assignmentOf(ports, run.value, slot)
  if (assignment.ok) return { granted: true, fence, assignment: assignment.value }
  await report(ports, { slot, job, fence, ...neverRan, ended: { kind: 'failed', failure: badInput(assignment.error) } })
  return { granted: false, why: assignment.error }
}

/** What is reported of a clone that got no further than its lease. */
const neverRan = {
  usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
  times: { stagingInS: null, runningS: null, stagingOutS: null },
  billedS: 0,
} as const

function badInput(evidence: string): Failure {
  return { cause: 'bad-input', exitCode: null, signal: null, evidence }
}
