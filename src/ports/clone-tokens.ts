import type { RunId, SlotRef } from '#core/run/ids.ts'

/** What a token lets its bearer speak for: one job of one slot, until then. */
export interface CloneClaims {
  readonly slot: SlotRef
  readonly job: string
  readonly expiresAtMs: number
}

/** What a token that the children of an array share says: completed by an index, it speaks for the clone that has it, and for no other. */
export interface ArrayClaims {
  readonly array: string
  readonly run: RunId
  /** As `membersText` writes them. */
  readonly members: string
  readonly expiresAtMs: number
}

/** Tokens by which a clone is known to the control plane. A job carries its own; nobody else is given it. */
export interface CloneTokens {
  issue(claims: CloneClaims): string
  /** Good for nothing until an index completes it: see `completedToken`. */
  issueToArray(claims: ArrayClaims): string
  /** What a token says, if it was issued here, nobody changed it, and it has not expired. */
  read(token: string, nowMs: number): CloneClaims | undefined
}
