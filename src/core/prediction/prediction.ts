import type { Cause } from '#core/failure/cause.ts'
import type { RemedyKind } from '#core/failure/remedy-kind.ts'

/** Quantiles of a positive quantity. */
export interface Quantiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** Where a prediction comes from: what the family's clones really took, what the user said, or nothing yet. */
export type Basis =
  | { readonly kind: 'history'; readonly samples: number }
  | { readonly kind: 'estimate' }
  | { readonly kind: 'none' }

/** What one clone of a task is expected to take, on the hot tier, without start delay. */
export interface Prediction {
  readonly basis: Basis
  readonly durationS: Quantiles
  readonly memoryMiB: Quantiles
}

/** One clone that ran to its end: what history keeps of it. */
export interface Sample {
  readonly family: string
  readonly run: string
  readonly slot: string
  readonly atMs: number
  readonly pool: string
  /** The variant of its task that it ran. */
  readonly variant: string | null
  /** What it was given; `null`: not known any more. */
  readonly memoryMiB: number | null
  /** Seconds that its command was allowed to take. */
  readonly timeoutS: number | null
  readonly outcome: 'claimed' | 'failed' | 'lost'
  readonly cause: Cause | null
  /** What followed when its failure was the end of its attempt. */
  readonly remedy: RemedyKind | null
  /** Seconds in the user's command, of a lost clone until it was lost; `null` when it never ran. */
  readonly runningS: number | null
  readonly cpuS: number | null
  readonly peakMemoryMiB: number | null
  readonly bytesIn: number
  readonly bytesOut: number
}

/** The family whose history a task shares: the same task of the same workflow. */
export function familyOf(workflow: string, task: string): string {
  return `${workflow}/${task}`
}
