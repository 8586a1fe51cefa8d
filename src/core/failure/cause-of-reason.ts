import type { Cause } from '#core/failure/cause.ts'

/** Words that end jobs, as AWS Batch and ECS write them, and the cause each stands for; the first match counts. */
const reasons: readonly (readonly [RegExp, Cause])[] = [
  [/^Host EC2 \(instance [^)]*\) terminated\.?/, 'reclaimed'],
  [/^Your Spot Task was interrupted/, 'reclaimed'],
  [/^engine lost/, 'engine-lost'],
  [/^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT/, 'no-capacity'],
  [/OutOfMemory/, 'out-of-memory'],
  [/CannotPullContainer/, 'image'],
  [/^Task failed to start/, 'start-failed'],
  [/^Job attempt duration exceeded timeout/, 'timed-out'],
]

/** The cause that a pool's own words tell; `unknown` when they tell none. Every pattern takes linear time. */
export function causeOfReason(reason: string): Cause {
  return reasons.find(([pattern]) => pattern.test(reason))?.[1] ?? 'unknown'
}
