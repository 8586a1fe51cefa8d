import type { Failure } from '#core/failure/cause.ts'
import { remedyFor } from '#core/failure/remedy.ts'
import type { Pool } from '#core/pools/pool.ts'
import { decideFirst, type Decision } from '#core/race/decide-first.ts'
import type { RunId } from '#core/run/ids.ts'
import { change, type Change, type Stored } from '#core/run/record.ts'
import { isSlotTerminal, type SlotRecord } from '#core/run/slot.ts'
import { latestAttempt } from '#core/run/task.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { advance } from '#operations/advance/advance.ts'
import { newAttempt } from '#operations/advance/new-attempt.ts'
import { closeSlots } from '#operations/close-slots.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { asRead, readRun } from '#operations/read-run.ts'
import { slotsOf } from '#operations/slots-of.ts'
import { startExecutions, type Start } from '#operations/start-executions.ts'

/** The attempt to look at. */
export interface Settlement {
  readonly run: RunId
  readonly task: string
  readonly attempt: number
}

/** What became of the attempt: still open; over, with what follows; over before. */
type Outcome =
  | { readonly kind: 'open' }
  | { readonly kind: 'retried'; readonly start: Start }
  | { readonly kind: 'ended' }

/**
 * Decides an attempt when its slots allow it, and does all that follows. Each step is a no-op when replayed:
 *
 * 1. one conditional write closes the attempt: the task is not committed, the run is not cancelling, and the slots are as
 *    they were read, so that a claim's fence is still the slot's;
 * 2. open jobs of its slots are ended;
 * 3. the task is marked in its dependency groups, full groups are opened, rows and executions of successors are made;
 * 4. open waits of its slots are answered.
 */
export async function settle(ports: Ports, settlement: Settlement): Promise<void> {
  const { run, task, attempt } = settlement
  const pools = await ports.pools.describe()
  const outcome = await optimistic<Outcome>(ports.store, run, () => decide(ports, settlement, pools))
  switch (outcome.kind) {
    case 'open':
      return
    case 'retried':
      await startExecutions(ports, run, [outcome.start])
      break
    case 'ended':
      break
  }
  const slots = await slotsOf(ports.store, run, task, attempt)
  await closeSlots(ports, slots, 'the attempt is decided', async () => {
    if (outcome.kind === 'ended') await advance(ports, run, [{ kind: 'ended', task }])
  })
}

async function decide(ports: Ports, { run, task: id, attempt }: Settlement, pools: readonly Pool[]) {
  const stored = await ports.store.rows.get(run, 'task', id)
  if (stored === undefined) return { done: { kind: 'open' } as const }
  const current = latestAttempt(stored.value)
  if (stored.value.state !== 'running' || current?.number !== attempt) {
    return { done: { kind: 'ended' } as const }
  }
  const slots = await slotsOf(ports.store, run, id, attempt)
  const decision = decideFirst(slots.map((slot) => slot.value))
  if (decision.kind === 'pending') return { done: { kind: 'open' } as const }
  const runRow = await readRun(ports.store, run)
  if (runRow.value.state !== 'running') return { done: { kind: 'open' } as const }
  const checks = [asRead(runRow)]
  const atMs = ports.clock.nowMs()
  const parts = decidedSlots(slots, decision, atMs)
  if (decision.kind === 'commit') {
    const outputs = decision.winner.claim
    if (outputs === null) throw new Error(`slot of ${id} claimed nothing`)
    const committed = change('task', id, stored, { type: 'task.committed', atMs, outputs })
    return { write: [committed, ...parts], checks, value: { kind: 'ended' } as const }
  }
  const failure = decision.last.failure ?? fenced
  const { readiness } = await ports.definitions.workflow(runRow.value)
  const definition = readiness.tasks.get(stored.value.task) as Task
  const placement = (await ports.definitions.plan(runRow.value)).placements[stored.value.task]
  if (placement === undefined) throw new Error(`task ${stored.value.task} has no placement`)
  const attempts = [...stored.value.attempts.slice(0, -1), { cause: failure.cause }]
  const remedy = remedyFor({
    task: definition,
    placement,
    pools,
    priority: runRow.value.priority,
    attempts,
    cause: failure.cause,
    pool: decision.last.pool,
  })
  const failed = { type: 'attempt.failed', atMs, cause: failure.cause, remedy: remedy.words } as const
  if (remedy.kind === 'give-up') {
    const error = `${failure.cause}: ${failure.evidence}`
    const ended = change('task', id, stored, failed, { type: 'task.failed', atMs, error })
    return { write: [ended, ...parts], checks, value: { kind: 'ended' } as const }
  }
  const number = attempt + 1
  const notBeforeMs = remedy.delayS > 0 ? atMs + remedy.delayS * 1000 : null
  const next = newAttempt({ run, task: id, number, slots: remedy.slots, placement, notBeforeMs, atMs })
  const started = { type: 'attempt.started', atMs, number, slots: remedy.slots.length } as const
  return {
    write: [change('task', id, stored, failed, started), ...parts, ...next.slots],
    checks,
    value: { kind: 'retried', start: next.start } as const,
  }
}

/** The part that each open slot had in the decision. */
function decidedSlots(
  slots: readonly Stored<'slot'>[],
  decision: Exclude<Decision, { kind: 'pending' }>,
  atMs: number,
): readonly Change<'slot'>[] {
  return slots
    .filter((slot) => !isSlotTerminal(slot.value.state))
    .map((slot) => {
      const state = partOf(slot.value, decision)
      return change('slot', slot.id, slot, { type: 'slot.decided', atMs, state })
    })
}

function partOf(slot: SlotRecord, decision: Exclude<Decision, { kind: 'pending' }>) {
  if (decision.kind === 'commit' && slot.clone === decision.winner.clone) return 'won'
  // What never got a place has lost nothing.
  return slot.state === 'standby' || slot.state === 'waiting' ? 'cancelled' : 'lost'
}

const fenced: Failure = {
  cause: 'unknown',
  exitCode: null,
  signal: null,
  evidence: 'every clone of the attempt lost its lease',
}
