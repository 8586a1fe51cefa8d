import type { Membership } from '#core/run/readiness.ts'

/** A step that follows from a settled task; each is a no-op when it was done before. */
export type Work =
  /** Tasks whose predecessors have all ended; skipped when some of those left no result. */
  | { readonly kind: 'start'; readonly tasks: readonly string[]; readonly failed: readonly string[] }
  /** One element-wise instance, likewise. */
  | {
      readonly kind: 'start-instance'
      readonly task: string
      readonly index: number
      readonly failed: readonly string[]
    }
  /** A `forEach` task whose list can be known now. */
  | { readonly kind: 'expand'; readonly task: string }
  /** A task, instance or expansion with a terminal row. */
  | { readonly kind: 'ended'; readonly task: string }
  | { readonly kind: 'mark'; readonly memberships: readonly Membership[]; readonly ok: boolean }
  /** A group whose members are all marked. */
  | { readonly kind: 'open'; readonly group: string }
  /** What the group starts has been started. */
  | { readonly kind: 'opened'; readonly group: string }
  /** Every task of the run has ended. */
  | { readonly kind: 'finish' }
