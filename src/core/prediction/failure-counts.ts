import type { Cause } from '#core/failure/cause.ts'
import type { RemedyKind } from '#core/failure/remedy-kind.ts'
import type { Sample } from '#core/prediction/prediction.ts'

/** How many clones failed for a cause and were followed by the same remedy; `null`: their siblings went on. */
export interface FailureCount {
  readonly cause: Cause
  readonly remedy: RemedyKind | null
  readonly clones: number
}

/** Failures by cause and remedy, most first, then by name. Clones that were told to end did not fail. O(samples). */
export function failureCounts(samples: readonly Sample[]): readonly FailureCount[] {
  const counts = new Map<string, FailureCount>()
  for (const { outcome, cause, remedy } of samples) {
    if (outcome !== 'failed' || cause === null) continue
    const key = `${cause} ${remedy ?? ''}`
    counts.set(key, { cause, remedy, clones: (counts.get(key)?.clones ?? 0) + 1 })
  }
  return [...counts]
    .toSorted(([a, most], [b, other]) => other.clones - most.clones || (a < b ? -1 : 1))
    .map(([, count]) => count)
}

/** `3 of its last 12 clones failed: 2 reclaimed (then elsewhere), 1 user-error`; `null` when none did. */
export function failureWords(samples: readonly Sample[]): string | null {
  const counts = failureCounts(samples)
  if (counts.length === 0) return null
  const ended = samples.filter(({ outcome }) => outcome !== 'lost').length
  const failed = counts.reduce((sum, { clones }) => sum + clones, 0)
  const each = counts.map(({ cause, remedy, clones }) =>
    remedy === null ? `${clones} ${cause}` : `${clones} ${cause} (then ${remedy})`,
  )
  return `${failed} of its last ${ended} clones failed: ${each.join(', ')}`
}
