import { type LedgerEvent, ledgerId, ledgerRefusal, newLedger } from '#core/run/ledger.ts'
import { change, type Change, type Stored } from '#core/run/record.ts'
import type { RunRecord } from '#core/run/run.ts'
import { inTurn } from '#operations/in-turn.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import type { JobRequest } from '#ports/pools.ts'
import { maxChanges } from '#ports/store.ts'

/** A slot that was admitted, with the job that it is to have and what is put aside for that. */
export interface Start {
  readonly slot: Stored<'slot'>
  readonly run: RunRecord
  readonly request: JobRequest
  readonly reservedNanoUsd: number
}

/** The job to submit; or `undefined`: the slot was decided, or its money spent, since it was admitted. */
export type Started = PromiseSettledResult<JobRequest | undefined>

type Writes = Pick<Ports, 'store' | 'clock'>

/** Slots of one transaction, beside the ledger of their run. */
const together = maxChanges - 1

/**
 * Writes that slots start, and what is put aside for them: those of a run together, as many as one transaction takes. Where another writer
 * was first, or the store refuses that, each by itself. What became of each, in their order.
 */
export async function startSlots(ports: Writes, starts: readonly Start[]): Promise<readonly Started[]> {
  const outcomes = new Map<Start, Started>()
  const write = async (part: readonly Start[]): Promise<void> => {
    const isWritten = part.length > 1 && (await startTogether(ports, part).catch(() => false))
    const alone = isWritten ? part.map(async ({ request }) => request) : part.map((start) => startAlone(ports, start))
    for (const [at, outcome] of (await Promise.allSettled(alone)).entries()) outcomes.set(part[at] as Start, outcome)
  }
  const ofRuns = [...Map.groupBy(starts, ({ run }) => run.id).values()]
  // All at once: they are different rows, and a local store makes them durable with one sync.
  await Promise.all(ofRuns.flatMap(inParts).map(write))
  return starts.map((start) => outcomes.get(start) as Started)
}

function inParts(starts: readonly Start[]): readonly (readonly Start[])[] {
  const parts = Math.ceil(starts.length / together)
  return Array.from({ length: parts }, (_, part) => starts.slice(part * together, (part + 1) * together))
}

/** `false`: one of the slots has changed since it was read, or there is not enough money for all of them. */
async function startTogether(ports: Writes, starts: readonly Start[]): Promise<boolean> {
  const [{ run } = starts[0] as Start] = starts
  return inTurnFor(ports, starts, async () => {
    const atMs = ports.clock.nowMs()
    const reserved = await reservation(ports, starts, atMs)
    if (reserved === undefined) return false
    const changes = starts.map((start) => change('slot', start.slot.id, start.slot, startingOf(start, atMs)))
    return (await ports.store.rows.commit(run.id, [...changes, ...reserved])).ok
  })
}

async function startAlone(ports: Writes, start: Start): Promise<JobRequest | undefined> {
  const { slot, run, request } = start
  return inTurnFor(ports, [start], () =>
    optimistic<JobRequest | undefined>(ports.store, run.id, async () => {
      const stored = await ports.store.rows.get(run.id, 'slot', slot.id)
      if (stored?.value.state !== 'waiting') return { done: undefined }
      const atMs = ports.clock.nowMs()
      const reserved = await reservation(ports, [start], atMs)
      if (reserved === undefined) return { done: undefined }
      return { write: [change('slot', slot.id, stored, startingOf(start, atMs)), ...reserved], value: request }
    }),
  )
}

function startingOf({ request: { pool, job }, reservedNanoUsd }: Start, atMs: number) {
  return { type: 'slot.starting', atMs, pool, job, reservedNanoUsd } as const
}

/** Whoever writes the ledger of a run waits for those of this process who were to do so before. */
async function inTurnFor<T>({ store }: Writes, starts: readonly Start[], act: () => Promise<T>): Promise<T> {
  const paid = starts.find(({ reservedNanoUsd }) => reservedNanoUsd > 0)
  return paid === undefined ? act() : inTurn(store, paid.run.id, act)
}

/** Opens the ledger with its first reservation. `undefined`: there is less money than there was. */
async function reservation(
  ports: Pick<Ports, 'store'>,
  starts: readonly Start[],
  atMs: number,
): Promise<readonly Change<'ledger'>[] | undefined> {
  const paid = starts.filter(({ reservedNanoUsd }) => reservedNanoUsd > 0)
  const [first] = paid
  if (first === undefined) return []
  const { id, budgetUsd } = first.run
  const stored = await ports.store.rows.get(id, 'ledger', ledgerId)
  const opened = newLedger(id, budgetUsd ?? 0)
  const total = paid.reduce((sum, { reservedNanoUsd }) => sum + reservedNanoUsd, 0)
  const reserved = paid.map(({ reservedNanoUsd: nanoUsd }) => ({ type: 'ledger.reserved', atMs, nanoUsd }) as const)
  if (ledgerRefusal(stored?.value ?? opened, { type: 'ledger.reserved', atMs, nanoUsd: total }) !== undefined)
    return undefined
  const { run, capNanoUsd } = opened
  const opens: readonly LedgerEvent[] =
    stored === undefined ? [{ type: 'ledger.opened', atMs, run, capNanoUsd }, ...reserved] : reserved
  const [event, ...more] = opens
  return event === undefined ? [] : [change('ledger', ledgerId, stored, event, ...more)]
}
