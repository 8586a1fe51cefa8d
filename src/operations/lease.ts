import type { Assignment, LeaseAnswer, LeaseRequest } from '#contract/clone-api.ts'
import type { Failure } from '#core/failure/cause.ts'
import { ok, type Result } from '#core/result.ts'
import { slotKey } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { asOne } from '#operations/as-one.ts'
import { assignmentOf } from '#operations/assignment-of.ts'
import type { Equipment } from '#operations/equip.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { asRead, readRun } from '#operations/read-run.ts'
import { report } from '#operations/report.ts'

/** How long a lease lasts, and how often it is renewed: two renewals may get lost. */
export const leaseS = 120
const renewEveryS = 40
/** Seconds beyond its limit that a clone has to get its lease and to stage, before its job is ended. */
export const stagingS = 30

/** Why a lease is not granted, or its fence. */
type Answer = { readonly refused: string } | { readonly fence: number }

/** With what its clone is to do; or why that lacks something. */
type Granted =
  | { readonly refused: string }
  | { readonly fence: number; readonly assignment: Result<Assignment, string> }

/**
 * Gives a clone the right to work: the fence grows with each lease, and a claim under an older one is refused. The lease
 * is durable before the answer, hence before the command starts. Refused once the attempt is decided, the run does not
 * run, another job holds the slot, or another agent does whose lease still lasts; a task that is not idempotent is leased
 * once for ever. Whoever holds it and asks again gets the same answer. A clone that lacks an input fails here, before
 * anything is staged, and so does one that `equip` can't give what it needs.
 */
export async function lease(
  ports: Ports,
  request: LeaseRequest,
  equip: (assignment: Assignment) => Promise<Result<Equipment, string>> = asItIs,
): Promise<LeaseAnswer> {
  const { slot, job } = request
  const granted = await asOne(ports, slot.run, (rows) => grant(rows, request))
  if ('refused' in granted) return { granted: false, why: granted.refused }
  const { fence, assignment } = granted
  const given = assignment.ok ? await equip(assignment.value) : assignment
  if (given.ok) return { granted: true, fence, renewEveryS, ...given.value }
  await report(ports, { slot, job, fence, ...neverRan, ended: { kind: 'failed', failure: badInput(given.error) } })
  return { granted: false, why: given.error }
}

/** Writes the lease, puts together what its clone is to do, and sets the timers, once the lease is durable. */
async function grant(ports: Ports, request: LeaseRequest): Promise<Granted> {
  const { slot, job } = request
  const { value: run } = await readRun(ports.store, slot.run)
  const { readiness } = await ports.definitions.workflow(run)
  const answer = await optimistic<Answer>(ports.store, slot.run, async () => {
    const current = await readRun(ports.store, slot.run)
    if (current.value.state !== 'running') return { done: { refused: `the run is ${current.value.state}` } }
    const stored = await ports.store.rows.get(slot.run, 'slot', slotKey(slot))
    if (stored === undefined) return { done: { refused: 'there is no such slot' } }
    const row = await ports.store.rows.get(slot.run, 'task', slot.task)
    const atMs = ports.clock.nowMs()
    const isHolder = stored.value.state === 'running' && stored.value.holder === request.holder
    if (isHolder && stored.value.job === job) return { done: { fence: stored.value.fence } }
    const refused = refusalOf(stored.value, job, readiness.tasks.get(row?.value.task ?? '') as Task, atMs)
    if (refused !== undefined) return { done: { refused } }
    const fence = stored.value.fence + 1
    const untilMs = atMs + leaseS * 1000
    const event = { type: 'slot.leased', atMs, fence, job, holder: request.holder, untilMs } as const
    const write = [change('slot', stored.id, stored, event)]
    return { write, checks: [asRead(current)], value: { fence } }
  })
  if ('refused' in answer) return answer
  const { fence } = answer
  const assignment = await assignmentOf(ports, run, { slot, fence })
  await setTimers(ports, request)
  return { fence, assignment }
}

/** A clone of this machine shares its memory and its files. */
async function asItIs(assignment: Assignment): Promise<Result<Equipment, string>> {
  return ok({ assignment })
}

function refusalOf(
  { state, job, fence, leasedUntilMs }: SlotRecord,
  asking: string,
  task: Task,
  nowMs: number,
): string | undefined {
  if (state !== 'starting' && state !== 'running') return `the slot is ${state}`
  if (job !== asking) return 'another job holds the slot'
  if (fence > 0 && !task.idempotent) return 'not idempotent: leased once for ever'
  return state === 'running' && (leasedUntilMs ?? 0) > nowMs ? 'another agent holds the slot' : undefined
}

/** Looks at the lease when it should have been renewed, and at the clone when it should have ended. */
async function setTimers(ports: Pick<Ports, 'store' | 'timers'>, { slot }: LeaseRequest): Promise<void> {
  const stored = await ports.store.rows.get(slot.run, 'slot', slotKey(slot))
  if (stored?.value.state !== 'running') return
  const { leasedUntilMs, runningAtMs, timeoutS } = stored.value
  await ports.timers.set({ kind: 'lease', slot, atMs: leasedUntilMs as number })
  if (timeoutS === null) return
  await ports.timers.set({ kind: 'timeout', slot, atMs: (runningAtMs as number) + (timeoutS + stagingS) * 1000 })
}

/** What is reported of a clone that got no further than its lease. */
const neverRan = {
  usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
  times: { stagingInS: null, runningS: null, stagingOutS: null },
  billedS: 0,
} as const

function badInput(evidence: string): Failure {
  return { cause: 'bad-input', confidence: 'certain', exitCode: null, signal: null, evidence }
}
