import type { CloneReport, ReportAnswer } from '#contract/clone-api.ts'
import { isReadByClones } from '#contract/object-keys.ts'
import type { Sample } from '#core/prediction/prediction.ts'
import { slotKey } from '#core/run/ids.ts'
import { change, type Stored } from '#core/run/record.ts'
import { isSlotTerminal, type Bill, type SlotEvent } from '#core/run/slot.ts'
import { billOf } from '#operations/bill-of.ts'
import { answerWait } from '#operations/close-slots.ts'
import { finish } from '#operations/finish.ts'
import { settledBy, settling } from '#operations/ledger-of.ts'
import type { Ports } from '#operations/ports.ts'
import { remember } from '#operations/remember.ts'
import { settle } from '#operations/settle.ts'

/**
 * Takes what a clone says of its end: its claim or failure with the bill, in one write, if it still holds the slot under
 * the fence it was given; then settles. A clone whose attempt was decided meanwhile is `late`: only its bill is kept. The
 * manifest is durable before the commit that follows from it.
 */
export async function report(ports: Ports, told: CloneReport): Promise<ReportAnswer> {
  const said = { ...told, ended: await judged(ports, told.ended) }
  const { slot, fence } = said
  const key = slotKey(slot)
  const { usage, times, billedS } = said
  const held = await ports.store.rows.get(slot.run, 'slot', key)
  if (held === undefined) return 'fenced'
  // Pool and resources of a slot that has a job do not change any more.
  const bill = await billOf(ports, held.value, { usage, times, billedS })
  const { answer, stored } = await settling<Taken>(ports.store, held, async (row, ledger) => {
    if (row.value.job !== said.job || row.value.fence !== fence) return { done: { answer: 'fenced', stored: row } }
    const atMs = ports.clock.nowMs()
    const [first, ...rest] = eventsFor(row, said, bill, atMs)
    const answer = isSlotTerminal(row.value.state) ? 'late' : 'accepted'
    const value: Taken = { answer, stored: row }
    if (first === undefined) return { done: value }
    const settled = settledBy(ledger, row.value, bill, atMs)
    return { write: [change('slot', key, row, first, ...rest), ...settled], value }
  })
  if (answer === 'fenced') return answer
  // Money that came back may be what other clones wait for.
  if (stored.value.reservedNanoUsd > 0) await ports.dispatcher.request()
  const outcome = outcomeOf(said.ended)
  // What is only history must not hold up the decision; what followed a failure it does not know before.
  const remembering = outcome.cause === null ? remember(ports, stored.value, bill, outcome) : undefined
  remembering?.catch(() => undefined)
  if (answer === 'late') {
    // A winner that reports again was not answered: whoever decided may have died before it had done what follows.
    if (stored.value.state === 'won' || stored.value.state === 'contributed') await settle(ports, slot)
    else await answerWait(ports, stored.value)
    await finish(ports, slot.run)
  } else if (said.ended.kind !== 'stopped') await settle(ports, slot)
  await (remembering ?? remember(ports, stored.value, bill, outcome))
  return answer
}

/**
 * A clone may not list objects, so that one which is not there looks forbidden to it. Whoever may tells which it was: what is missing stays
 * so wherever the clone is tried again.
 */
async function judged({ objects }: Pick<Ports, 'objects'>, ended: CloneReport['ended']): Promise<CloneReport['ended']> {
  if (ended.kind !== 'failed' || ended.refused === undefined) return ended
  const { refused, failure } = ended
  if (!isReadByClones(refused) || !(await isMissing(objects, refused))) return { kind: 'failed', failure }
  const missing = { cause: 'bad-input', confidence: 'certain', evidence: `object ${refused} is missing` } as const
  return { kind: 'failed', failure: { ...failure, ...missing } }
}

async function isMissing(objects: Ports['objects'], key: string): Promise<boolean> {
  try {
    return (await objects.size(key)) === undefined
  } catch {
    // Nobody can tell now, or it is no key at all: what the clone said stays.
    return false
  }
}

/** The answer, and the slot as it was before. */
interface Taken {
  readonly answer: ReportAnswer
  readonly stored: Stored<'slot'>
}

function eventsFor(row: Stored<'slot'>, said: CloneReport, bill: Bill, atMs: number): readonly SlotEvent[] {
  const billed: SlotEvent = { type: 'slot.billed', atMs, bill }
  if (isSlotTerminal(row.value.state)) return row.value.bill === null ? [billed] : []
  if (row.value.state !== 'running') return []
  switch (said.ended.kind) {
    case 'claimed':
      return [{ type: 'slot.claimed', atMs, fence: said.fence, manifest: said.ended.manifest }, billed]
    case 'failed':
      return [{ type: 'slot.failed', atMs, failure: said.ended.failure }, billed]
    case 'stopped':
      return []
  }
}

function outcomeOf(ended: CloneReport['ended']): Pick<Sample, 'outcome' | 'cause'> {
  switch (ended.kind) {
    case 'claimed':
      return { outcome: 'claimed', cause: null }
    case 'failed':
      return { outcome: 'failed', cause: ended.failure.cause }
    case 'stopped':
      return { outcome: 'lost', cause: null }
  }
}
