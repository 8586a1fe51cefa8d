import type { Left } from '#core/run/group.ts'
import type { Membership } from '#core/run/readiness.ts'
import type { Start } from '#operations/start-executions.ts'

/** Marks of predecessors that left no result: a failure, or nothing. */
export interface Without {
  readonly failed: readonly string[]
  readonly empty: readonly string[]
}

/** A step that follows from a settled task; each is a no-op when it was done before. */
export type Work =
  /** Tasks whose predecessors have all ended; whether they run depends on what those left. */
  | { readonly kind: 'start'; readonly tasks: readonly string[]; readonly without: Without }
  /** One element-wise instance, likewise. */
  | { readonly kind: 'start-instance'; readonly task: string; readonly index: number; readonly without: Without }
  /** A `forEach` task whose list can be known now. */
  | { readonly kind: 'expand'; readonly task: string }
  /** A task, instance or expansion with a terminal row. */
  | { readonly kind: 'ended'; readonly task: string }
  | { readonly kind: 'mark'; readonly memberships: readonly Membership[]; readonly left: Left }
  /** A group whose members are all marked. */
  | { readonly kind: 'open'; readonly group: string }
  /** Attempts that have their rows. */
  | { readonly kind: 'execute'; readonly starts: readonly Start[] }
  /** What the group starts has been started. */
  | { readonly kind: 'opened'; readonly group: string }
  /** A failure that stops the run. */
  | { readonly kind: 'stop'; readonly reason: string }
  /** Every task of the run has ended. */
  | { readonly kind: 'finish' }
