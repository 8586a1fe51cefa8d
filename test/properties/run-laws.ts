import { taskOf } from '#core/run/ids.ts'
import { ledgerId, type LedgerRecord } from '#core/run/ledger.ts'
import { evolve } from '#core/run/record.ts'
import type { TaskEvent } from '#core/run/task.ts'
import { ofKind, type RunHistory } from '../invariants/history.ts'

/** Every breach of a law that holds whatever was drawn and whatever happened, from the log of a run that is over. */
export function lawsBroken(history: RunHistory): readonly string[] {
  return [
    ...startedWhileStopping(history),
    ...triedTooOften(history),
    ...takenTooEarly(history),
    ...moneyAmiss(history),
  ]
}

/** A run stops for a reason; from then on nothing starts but what is `always` to run. */
function startedWhileStopping({ log, workflow }: RunHistory): readonly string[] {
  const breaches: string[] = []
  const always = new Set(workflow.tasks.filter((task) => task.always).map(({ id }) => id))
  let stopping = false
  let failed = false
  for (const { id, event } of log) {
    if (event.type === 'task.failed') failed = true
    if (event.type === 'run.stopping') {
      stopping = true
      const hasReason = (workflow.onFailure === 'stop' && failed) || workflow.timeoutS !== undefined
      if (!hasReason) breaches.push(`the run stops for no reason: ${event.reason}`)
    }
    const starts = event.type === 'task.ready' || event.type === 'attempt.started'
    if (stopping && starts && !always.has(taskOf(id))) breaches.push(`${event.type} of ${id} while the run stops`)
  }
  return breaches
}

/** Causes whose further tries are the user's. */
const users = ['timed-out', 'user-error', 'bad-output', 'validator-rejected', 'no-quorum', 'unknown']

/**
 * A task is tried again for the user's causes no more often than it may be, and for those that it names. What is not
 * idempotent and had a lease is not run again unless somebody said so.
 */
function triedTooOften(history: RunHistory): readonly string[] {
  const breaches: string[] = []
  const definitions = new Map(history.workflow.tasks.map((task) => [task.id, task]))
  const leased = new Set(
    history.log.filter(({ event }) => event.type === 'slot.leased').map(({ id }) => id.slice(0, id.lastIndexOf('/'))),
  )
  for (const { id, event } of history.log) {
    if (event.type !== 'slot.leased' || event.fence === 1) continue
    if (definitions.get(taskOf(id.slice(0, id.indexOf('/'))))?.idempotent === false) {
      breaches.push(`${id} is not idempotent, and was leased twice`)
    }
  }
  const events = Map.groupBy(
    history.log.filter(({ kind }) => kind === 'task'),
    ({ id }) => id,
  )
  for (const [id, list] of events) {
    const task = definitions.get(taskOf(id))
    if (task === undefined) continue
    let spent = 0
    let number = 0
    let ended: TaskEvent | undefined
    for (const { event } of list as readonly { readonly event: TaskEvent }[]) {
      if (event.type === 'attempt.started') {
        if (ended?.type === 'attempt.failed') {
          const { cause } = ended.failure
          if (users.includes(cause)) spent += 1
          if (users.includes(cause) && task.retry.on?.includes(cause) === false) {
            breaches.push(`${id} was tried again after ${cause}`)
          }
          if (!task.idempotent && leased.has(`${id}/${number}`)) {
            breaches.push(`${id} is not idempotent, had a lease and was run again`)
          }
        }
        number = event.number
      }
      if (event.type === 'attempt.failed' || event.type === 'attempt.in-doubt') ended = event
      if (event.type === 'attempt.in-doubt' && task.idempotent) breaches.push(`${id} is idempotent, and in doubt`)
    }
    if (spent > task.retry.limit) breaches.push(`${id} was tried ${spent} times again, ${task.retry.limit} are allowed`)
  }
  return breaches
}

/** While a lease lasts, nobody else gets the slot, and its holder is not fenced. */
function takenTooEarly({ log }: RunHistory): readonly string[] {
  const breaches: string[] = []
  const untilMs = new Map<string, number>()
  for (const { id, event } of log) {
    const endsMs = untilMs.get(id)
    const isTaken = event.type === 'slot.fenced' || event.type === 'slot.leased'
    if (isTaken && endsMs !== undefined && event.atMs < endsMs) breaches.push(`${event.type} of ${id} during a lease`)
    if (event.type === 'slot.leased' || event.type === 'slot.renewed') untilMs.set(id, event.untilMs)
  }
  return breaches
}

/**
 * What is put aside fits under the cap and all comes back; what was spent is what the clones cost; nobody is refused while
 * money may come back. More than the cap is spent only by clones that outlived their worst case.
 */
function moneyAmiss(history: RunHistory): readonly string[] {
  const breaches: string[] = []
  let ledger: LedgerRecord | undefined
  for (const { id, kind, event } of history.log) {
    if (kind === 'ledger') ledger = evolve('ledger', ledger, event as Parameters<typeof evolve<'ledger'>>[2])
    const { capNanoUsd: cap = 0, reservedNanoUsd: reserved = 0, spentNanoUsd: spent = 0 } = ledger ?? {}
    if (event.type === 'ledger.reserved' && spent + reserved > cap) breaches.push('more is put aside than there is')
    const isRefused = event.type === 'slot.failed' && event.failure.cause === 'over-budget'
    if (isRefused && reserved > 0) breaches.push(`${id} was refused while money was put aside`)
  }
  const slots = ofKind(history, 'slot').map(({ value }) => value)
  const costs = slots.map(({ bill }) => Math.ceil((bill?.costUsd ?? 0) * 1e9))
  if (history.workflow.budgetUsd === undefined) return ledger === undefined ? breaches : [...breaches, ledgerId]
  const spent = costs.reduce((sum, cost) => sum + cost, 0)
  const beyond = slots.reduce((sum, slot, index) => sum + Math.max(0, costs[index]! - slot.reservedNanoUsd), 0)
  if ((ledger?.spentNanoUsd ?? 0) !== spent) breaches.push(`${ledger?.spentNanoUsd} were spent, clones cost ${spent}`)
  if ((ledger?.reservedNanoUsd ?? 0) !== 0) breaches.push(`${ledger?.reservedNanoUsd} are put aside at the end`)
  if (spent > (ledger?.capNanoUsd ?? 0) + beyond) breaches.push(`${spent} were spent of ${ledger?.capNanoUsd}`)
  return breaches
}
