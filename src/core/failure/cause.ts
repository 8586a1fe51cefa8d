/** Why a clone or an attempt ended without a result; a closed list. */
export const causes = [
  'reclaimed',
  'host-lost',
  'engine-lost',
  'out-of-memory',
  'out-of-disk',
  'timed-out',
  'start-failed',
  'image',
  'no-capacity',
  'bad-input',
  'bad-output',
  'validator-rejected',
  'no-quorum',
  'over-budget',
  'user-error',
  'in-doubt',
  'unknown',
] as const
export type Cause = (typeof causes)[number]

/** Causes that are the platform's: they spend none of the user's retries. */
export function isPlatformCause(cause: Cause): boolean {
  return cause === 'reclaimed' || cause === 'host-lost' || cause === 'engine-lost'
}

/** How sure the cause is: told by who caused it, seen from its traces, or the best guess. */
export type Confidence = 'certain' | 'likely' | 'possible'

/** A failure in words: the cause, and what showed it. */
export interface Failure {
  readonly cause: Cause
  readonly confidence: Confidence
  readonly exitCode: number | null
  readonly signal: string | null
  /** One or a few lines for a person: the last lines of stderr, or the reason text of the pool. */
  readonly evidence: string
}
