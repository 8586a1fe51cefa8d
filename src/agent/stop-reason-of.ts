import type { StopReason } from '#contract/stop-reason.ts'

/** Why a clone ends before its work is done: it was told to, or lost its lease. */
export type EndReason = StopReason | { readonly kind: 'lost'; readonly graceS: number; readonly why: string }

/** Why a signal was aborted; `undefined` while it is not. A reason that isn't ours is an interrupt, so nothing is claimed. */
export function stopReasonOf(signal: AbortSignal, graceS: number): EndReason | undefined {
  if (!signal.aborted) return undefined
  const reason: unknown = signal.reason
  return isEndReason(reason) ? reason : { kind: 'interrupt', graceS }
}

function isEndReason(reason: unknown): reason is EndReason {
  if (typeof reason !== 'object' || reason === null || !('kind' in reason)) return false
  const { kind } = reason
  return kind === 'stop' || kind === 'reclaim' || kind === 'interrupt' || kind === 'lost'
}
