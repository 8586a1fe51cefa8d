import type { Signal } from '#cli/host.ts'
import type { RunDocument } from '#contract/run-document.ts'
import { unreachable } from '#core/unreachable.ts'

/** What the command line's exit codes mean; scripts rely on them. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 5,
  cancelled: 7,
  /** `wait` ran out of time. */
  ranOut: 124,
  SIGINT: 130,
  SIGTERM: 143,
} as const satisfies Record<string, number> & Record<Signal, number>

/** The exit code of a command that followed a run until it was in this state. */
export function exitCodeOf(state: RunDocument['state']): number {
  switch (state) {
    case 'succeeded':
      return exitCodes.ok
    case 'cancelled':
      return exitCodes.cancelled
    case 'queued':
    case 'planning':
    case 'running':
    case 'cancelling':
    case 'interrupted':
    case 'failed':
      return exitCodes.failed
    default:
      return unreachable(state)
  }
}
