import type { Cause, Failure } from '#core/failure/cause.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Manifest } from '#core/run/manifest.ts'
import { evolveSlot, isSlotTerminal, type SlotRecord, type SlotState } from '#core/run/slot.ts'

export const atMs = 1_800_000_000_000

const created = evolveSlot(undefined, {
  type: 'slot.created',
  atMs,
  run: 'run_00000001' as RunId,
  task: 'detect',
  attempt: 1,
  clone: 0,
  kind: 'active',
  pool: 'warm',
  reason: 'best of the pools that fit',
  variant: null,
  resources: { vcpus: 1, memoryMiB: 64, gpus: 0 },
  timeoutS: null,
  rank: 50,
  notBeforeMs: null,
})

/** What a slot has beside its state: the letter of its result, the cause of its failure, the milliseconds it took. */
export interface Told {
  readonly result?: string
  readonly cause?: Cause
  readonly endMs?: number
  /** A standby slot that was called up, or never was; else the slot was active from the start. */
  readonly standby?: 'called-up' | 'never'
}

/** A result that differs from those of other letters. */
function resultOf(letter: string): Manifest {
  return { verdict: { type: 'json', object: `runs/${letter}`, sha256: letter.repeat(64), bytes: 3 } }
}

export function failureOf(cause: Cause): Failure {
  return { cause, confidence: 'likely', exitCode: 1, signal: null, evidence: `saw ${cause}` }
}

/** The slot of a clone in this state, as its events would have left it. */
export function aSlot(state: SlotState, clone: number, { result, cause, endMs = 0, standby }: Told = {}): SlotRecord {
  const ended = isSlotTerminal(state) || state === 'claimed'
  const waits = state === 'waiting' || state === 'standby' || (state === 'cancelled' && result === undefined)
  const failed = state === 'failed' || state === 'rejected' || state === 'fenced'
  const claims = state === 'claimed' || state === 'won' || state === 'contributed'
  return {
    ...created,
    clone,
    state,
    kind: standby === undefined && state !== 'standby' ? 'active' : 'standby',
    waitingAtMs: standby === 'never' || state === 'standby' ? null : atMs,
    job: waits ? null : `job-${clone}`,
    claim: result !== undefined || claims ? resultOf(result ?? 'a') : null,
    failure: failed ? failureOf(cause ?? 'user-error') : null,
    endedAtMs: ended ? atMs + endMs : null,
  }
}
