import { remedyFor, type Remedy } from '#core/failure/remedy.ts'
import type { Pool } from '#core/pools/pool.ts'
import { decide, partOf, type Decision } from '#core/race/decide.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Manifest } from '#core/run/manifest.ts'
import { change, type Change, type Stored } from '#core/run/record.ts'
import { isSlotTerminal, type SlotRecord } from '#core/run/slot.ts'
import { latestAttempt } from '#core/run/task.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { advance } from '#operations/advance/advance.ts'
import { newAttempt } from '#operations/advance/new-attempt.ts'
import { asOne } from '#operations/as-one.ts'
import { closeSlots } from '#operations/close-slots.ts'
import { combineResults, readScores } from '#operations/combine-results.ts'
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

/** What became of the attempt: still open; over, with what follows; over before, or in doubt. */
type Outcome =
  | { readonly kind: 'open' }
  | { readonly kind: 'retried'; readonly start: Start }
  | { readonly kind: 'ended' }

/** An attempt with what its decision depends on. */
interface Attempt {
  readonly stored: Stored<'task'>
  readonly run: Stored<'run'>
  readonly definition: Task
  readonly slots: readonly Stored<'slot'>[]
  readonly atMs: number
}

type Decided = Exclude<Decision, { kind: 'pending' }>

/**
 * Decides an attempt when its slots allow it, and does all that follows. Each step is a no-op when replayed, and steps that
 * only write are made as one:
 *
 * 1. one conditional write closes the attempt: the task is not committed, the run is not cancelling, and the slots are as
 *    they were read, so that a claim's fence is still the slot's;
 * 2. open jobs of its slots are ended;
 * 3. the task is marked in its dependency groups, full groups are opened, rows and executions of successors are made;
 * 4. open waits of its slots are answered.
 */
export async function settle(ports: Ports, settlement: Settlement): Promise<void> {
  await asOne(ports, settlement.run, (joined) => decideAndClose(joined, settlement))
}

async function decideAndClose(ports: Ports, settlement: Settlement): Promise<void> {
  const { run, task, attempt: number } = settlement
  const pools = await ports.pools.describe()
  const outcome = await optimistic<Outcome>(ports.store, run, () => look(ports, settlement, pools))
  switch (outcome.kind) {
    case 'open':
      return
    case 'retried':
      await startExecutions(ports, run, [outcome.start])
      break
    case 'ended':
      break
  }
  const stored = await ports.store.rows.get(run, 'task', task)
  const attempt = stored?.value.attempts.find((one) => one.number === number)
  const slots = attempt === undefined ? [] : await slotsOf(ports.store, run, task, attempt)
  await closeSlots(ports, slots, 'the attempt is decided', async () => {
    if (outcome.kind === 'ended') await advance(ports, run, [{ kind: 'ended', task }])
  })
}

async function look(ports: Ports, { run, task: id, attempt }: Settlement, pools: readonly Pool[]) {
  const stored = await ports.store.rows.get(run, 'task', id)
  if (stored === undefined) return { done: { kind: 'open' } as const }
  const current = latestAttempt(stored.value)
  if (stored.value.state !== 'running' || current?.number !== attempt || current.state !== 'running') {
    return { done: { kind: 'ended' } as const }
  }
  const slots = await slotsOf(ports.store, run, id, current)
  const runRow = await readRun(ports.store, run)
  const { readiness } = await ports.definitions.workflow(runRow.value)
  const definition = readiness.tasks.get(stored.value.task) as Task
  const records = slots.map((slot) => slot.value)
  const scores = await readScores(ports, definition.aggregate, records)
  const decision = decide(definition.aggregate, records, scores)
  if (decision.kind === 'pending' || runRow.value.state !== 'running') return { done: { kind: 'open' } as const }
  const known = { stored, run: runRow, definition, slots, atMs: ports.clock.nowMs() }
  switch (decision.kind) {
    case 'commit':
      return committed(known, decision, decision.winner.claim)
    case 'combine': {
      const combined = await combineResults(ports, definition, { run, task: id, attempt }, decision)
      if (combined.ok) return committed(known, decision, combined.value)
      const failure = { ...noEvidence, cause: 'bad-output', evidence: combined.error } as const
      const last = decision.parts.at(-1) as Stored<'slot'>['value']
      return failed(ports, known, pools, { kind: 'fail', failure, last, words: combined.error })
    }
    case 'fail':
      return failed(ports, known, pools, decision)
  }
}

const noEvidence = { confidence: 'certain', exitCode: null, signal: null } as const

function committed(known: Attempt, decision: Decided, outputs: Manifest | null) {
  const { stored, run, atMs } = known
  if (outputs === null) throw new Error(`a slot of ${stored.id} won and claimed nothing`)
  const event = { type: 'task.committed', atMs, outputs, decision: decision.words } as const
  const write = [change('task', stored.id, stored, event), ...parts(known, decision)]
  return { write, checks: [asRead(run)], value: { kind: 'ended' } as const }
}

/** The attempt failed: another one follows, or a person is asked, or the task ends. */
async function failed(
  ports: Pick<Ports, 'definitions'>,
  known: Attempt,
  pools: readonly Pool[],
  decision: Extract<Decided, { kind: 'fail' }>,
) {
  const { stored, run, definition, slots, atMs } = known
  const { failure } = decision
  const checks = [asRead(run)]
  const placement = (await ports.definitions.plan(run.value)).placements[stored.value.task]
  if (placement === undefined) throw new Error(`task ${stored.value.task} has no placement`)
  const isStopping = run.value.stopping !== null && !definition.always
  const remedy: Remedy = isStopping
    ? { kind: 'give-up', words: 'the run is stopping' }
    : remedyFor({
        task: definition,
        placement,
        slots: slots.map(({ value }) => value),
        pools,
        priority: run.value.priority,
        before: stored.value.attempts.slice(0, -1),
        failure,
        started: slots.some(({ value }) => value.fence > 0),
        untold: slots.some(({ value }) => isUntold(value)),
        pool: decision.last.pool,
      })
  if (remedy.kind === 'wait') {
    const event = { type: 'attempt.in-doubt', atMs, failure, reason: remedy.words } as const
    const write = [change('task', stored.id, stored, event), ...parts(known, decision)]
    return { write, checks, value: { kind: 'ended' } as const }
  }
  const remedied = { remedy: remedy.kind === 'retry' ? remedy.remedy : 'give-up', reason: remedy.words } as const
  const event = { type: 'attempt.failed', atMs, failure, ...remedied } as const
  if (remedy.kind === 'give-up') {
    const error = `${failure.cause}: ${failure.evidence}`
    const ended = change('task', stored.id, stored, event, { type: 'task.failed', atMs, error })
    return { write: [ended, ...parts(known, decision)], checks, value: { kind: 'ended' } as const }
  }
  const number = stored.value.attempts.length + 1
  const notBeforeMs = remedy.delayS > 0 ? atMs + remedy.delayS * 1000 : null
  const next = newAttempt({
    run: run.value.id,
    task: stored.id,
    number,
    slots: remedy.slots,
    placement,
    notBeforeMs,
    atMs,
  })
  const started = { type: 'attempt.started', atMs, number, slots: remedy.slots.length } as const
  return {
    write: [change('task', stored.id, stored, event, started), ...parts(known, decision), ...next.slots],
    checks,
    value: { kind: 'retried', start: next.start } as const,
  }
}

/** Whether a clone that could have begun ended without a report: none that begins leaves out how long it staged. */
function isUntold({ fence, claim, failure, bill }: SlotRecord): boolean {
  if (fence === 0 || claim !== null || failure === null || failure.cause === 'bad-input') return false
  return bill === null || bill.times.stagingInS === null
}

/** The part that each open slot had in the decision. */
function parts({ slots, atMs }: Attempt, decision: Decided): readonly Change<'slot'>[] {
  return slots
    .filter((slot) => !isSlotTerminal(slot.value.state))
    .map((slot) => change('slot', slot.id, slot, { type: 'slot.decided', atMs, state: partOf(slot.value, decision) }))
}
