/**
 * Why a clone's job is told to end: the `reason` of the `AbortSignal` that it is handed.
 * `stop`: its attempt was decided or its run cancelled: TERM, then KILL after `graceS`.
 * `reclaim`: its host is taken away: no time to claim anything, so KILL; with notice, TERM before, and it says so itself.
 * `interrupt`: the engine ends and the run stays resumable: TERM, then KILL after `graceS`.
 */
export type StopReason =
  | { readonly kind: 'stop'; readonly graceS: number }
  | { readonly kind: 'reclaim'; readonly graceS?: number }
  | { readonly kind: 'interrupt'; readonly graceS: number }
