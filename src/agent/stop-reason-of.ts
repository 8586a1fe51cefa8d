import type { StopReason } from '#contract/stop-reason.ts'

/** Why a signal was aborted; `undefined` while it is not. A reason that isn't ours is an interrupt, so nothing is claimed. */
export function stopReasonOf(signal: AbortSignal, graceS: number): StopReason | undefined {
  if (!signal.aborted) return undefined
  const reason: unknown = signal.reason
  return isStopReason(reason) ? reason : { kind: 'interrupt', graceS }
}

function isStopReason(reason: unknown): reason is StopReason {
  if (typeof reason !== 'object' || reason === null || !('kind' in reason)) return false
  return reason.kind === 'stop' || reason.kind === 'reclaim' || reason.kind === 'interrupt'
}
