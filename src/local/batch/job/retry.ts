import type { EvaluateOnExit, RetryStrategy } from '@aws-sdk/client-batch'

/** How an attempt ended, as the rules of a retry strategy see it. */
export interface AttemptEnd {
  readonly statusReason: string
  readonly reason: string | undefined
  readonly exitCode: number | null
}

/**
 * Whether another attempt follows the `made`-th one, which failed: the first rule whose conditions all hold decides; a
 * failure that no rule is about is tried again.
 */
export function triesAgain(
  { attempts = 1, evaluateOnExit = [] }: RetryStrategy,
  made: number,
  end: AttemptEnd,
): boolean {
  if (made >= attempts) return false
  const rule = evaluateOnExit.find((one) => isAbout(one, end))
  return rule === undefined || rule.action?.toUpperCase() === 'RETRY'
}

function isAbout({ onStatusReason, onReason, onExitCode }: EvaluateOnExit, end: AttemptEnd): boolean {
  return (
    matches(onStatusReason, end.statusReason) &&
    matches(onReason, end.reason ?? '') &&
    matches(onExitCode, end.exitCode === null ? '' : String(end.exitCode))
  )
}

/** A pattern may end with an asterisk; one that is not given matches all. */
function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
}
