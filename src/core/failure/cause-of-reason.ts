import type { Cause, Confidence, Failure } from '#core/failure/cause.ts'

/** Words that end jobs, as AWS Batch and ECS write them, and what each stands for; the first match counts. */
const reasons: readonly (readonly [RegExp, Cause, Confidence])[] = [
  [/^engine lost/, 'engine-lost', 'certain'],
  [/^job lost/, 'host-lost', 'certain'],
  [/^Host EC2 \(instance [^)]{0,100}\) terminated/, 'reclaimed', 'certain'],
  [/^Host EC2 \(instance /, 'host-lost', 'likely'],
  [/^Your Spot Task was interrupted/, 'reclaimed', 'certain'],
  [/OutOfMemory/, 'out-of-memory', 'certain'],
  [/no space left on device/i, 'out-of-disk', 'certain'],
  // A registry that did not answer may answer next time; what is not in it never will.
  [
    /CannotPullContainer.{0,300}(timeout|timed out|toomanyrequests|connection|deadline exceeded)/i,
    'start-failed',
    'likely',
  ],
  [/CannotPullContainer/, 'image', 'certain'],
  [/Cannot(Start|Create|Inspect)Container/, 'start-failed', 'certain'],
  [/DockerTimeoutError/, 'start-failed', 'certain'],
  [/ResourceInitializationError/, 'start-failed', 'certain'],
  [/^Task failed to start/, 'start-failed', 'certain'],
  [/^MISCONFIGURATION:/, 'no-capacity', 'certain'],
  [/^CAPACITY:/, 'no-capacity', 'certain'],
  [/^Canceled by JobStateTimeLimit action/, 'no-capacity', 'certain'],
  [/^Job Queue was deleted/, 'host-lost', 'likely'],
  [/^Container Overrides length/, 'start-failed', 'certain'],
  [/^Job attempt duration exceeded timeout/, 'timed-out', 'certain'],
]

/** Exit codes of a container that something outside of it killed or terminated. */
const fromOutside: ReadonlySet<number> = new Set([137, 143])

/**
 * What the words of a pool tell of a job that ended without a report. An exit code never decides alone: reclaimed
 * containers leave 143, 137 or none, and so do others; no code is not 0. A container that ended with another code of its
 * own accord is blamed on what it ran. Every pattern takes linear time.
 */
export function causeOfReason(reason: string, exitCode: number | null): Pick<Failure, 'cause' | 'confidence'> {
  const known = reasons.find(([pattern]) => pattern.test(reason))
  if (known !== undefined) return { cause: known[1], confidence: known[2] }
  const isOwnEnd = reason.startsWith('Essential container in task exited')
  const isFailure = exitCode !== null && exitCode !== 0 && !fromOutside.has(exitCode)
  return { cause: isOwnEnd && isFailure ? 'user-error' : 'unknown', confidence: 'possible' }
}
