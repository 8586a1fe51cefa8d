import type { Admission } from '#core/dispatch/admit.ts'
import type { Failure } from '#core/failure/cause.ts'
import { freeNanoUsd, ledgerId, newLedger, usdText } from '#core/run/ledger.ts'
import { change, type Stored } from '#core/run/record.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { WaitReason } from '#core/run/slot.ts'
import { optimistic } from '#operations/optimistic.ts'
import type { Ports } from '#operations/ports.ts'
import { settle } from '#operations/settle.ts'

type Writes = Pick<Ports, 'store' | 'clock'>

/** Writes what a slot waits for, if it still waits and says otherwise. */
export async function holdSlot(ports: Writes, { id, value }: Stored<'slot'>, waitingFor: WaitReason): Promise<void> {
  if (value.waitingFor === waitingFor) return
  await optimistic(ports.store, value.run, async () => {
    const stored = await ports.store.rows.get(value.run, 'slot', id)
    if (stored?.value.state !== 'waiting') return { done: undefined }
    const held = { type: 'slot.held', atMs: ports.clock.nowMs(), waitingFor } as const
    return { write: [change('slot', id, stored, held)], value: undefined }
  })
}

/**
 * Fails a slot that can't be paid and never will, since nothing is put aside that could come back; then settles its attempt.
 * `false`: the slot was decided, or money put aside, since it was refused.
 */
export async function refuseSlot(
  ports: Ports,
  { id, value }: Stored<'slot'>,
  run: RunRecord,
  { neededNanoUsd }: Extract<Admission, { kind: 'refuse' }>,
): Promise<boolean> {
  const failed = await optimistic<boolean>(ports.store, run.id, async () => {
    const stored = await ports.store.rows.get(run.id, 'slot', id)
    const ledger = await ports.store.rows.get(run.id, 'ledger', ledgerId)
    const { capNanoUsd, reservedNanoUsd, ...rest } = ledger?.value ?? newLedger(run.id, run.budgetUsd ?? 0)
    if (stored?.value.state !== 'waiting' || reservedNanoUsd > 0) return { done: false }
    const left = freeNanoUsd({ capNanoUsd, reservedNanoUsd, ...rest })
    const failure = overBudget(neededNanoUsd, left, capNanoUsd)
    const write = [change('slot', id, stored, { type: 'slot.failed', atMs: ports.clock.nowMs(), failure })]
    return { write, checks: [{ kind: 'ledger', id: ledgerId, version: ledger?.version ?? 0 }], value: true }
  })
  if (failed) await settle(ports, value)
  return failed
}

function overBudget(neededNanoUsd: number, leftNanoUsd: number, capNanoUsd: number): Failure {
  const needs = Number.isFinite(neededNanoUsd) ? `needs up to ${usdText(neededNanoUsd)} USD` : 'has no time limit'
  const evidence = `${needs}, ${usdText(leftNanoUsd)} of ${usdText(capNanoUsd)} USD are left`
  return { cause: 'over-budget', confidence: 'certain', exitCode: null, signal: null, evidence }
}
