import type { Failure } from '#core/failure/cause.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Manifest } from '#core/run/manifest.ts'
import type { PhaseTimes, Usage } from '#core/run/usage.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** States of a slot; from `won` on they are terminal and final. */
export const slotStates = [
  'standby',
  'waiting',
  'starting',
  'running',
  'claimed',
  'won',
  'contributed',
  'lost',
  'failed',
  'rejected',
  'fenced',
  'cancelled',
] as const
export type SlotState = (typeof slotStates)[number]

/** What a waiting slot waits for, in the words that users see. */
export const waitReasons = ['capacity', 'money', 'rate', 'quota', 'hedge timer', 'backoff'] as const
export type WaitReason = (typeof waitReasons)[number]

/** A place for a clone within an attempt, and what became of it. */
export interface SlotRecord {
  readonly run: RunId
  readonly task: string
  readonly attempt: number
  readonly clone: number
  readonly kind: 'active' | 'standby'
  readonly state: SlotState
  /** The pool the plan chose, then the pool that took the job. */
  readonly pool: string
  readonly reason: string
  /** The variant of its task that the clone runs. */
  readonly variant: string | null
  /** What the clone asks for. */
  readonly resources: Resources
  /** Seconds that its command may take. */
  readonly timeoutS: number | null
  /** Why a standby slot was called up. */
  readonly why: string | null
  /** Order among waiting slots, greater first. */
  readonly rank: number
  /** Not to be dispatched earlier; the backoff of a retry. */
  readonly notBeforeMs: number | null
  readonly waitingFor: WaitReason | null
  /** Answers the state machine's wait; replaced when a launch is retried. */
  readonly token: string | null
  readonly job: string | null
  /** Grows with each lease; a claim under an older one is refused. */
  readonly fence: number
  /** The agent's instance that has the lease, and until when; renewing it moves the end. */
  readonly holder: string | null
  readonly leasedUntilMs: number | null
  /** Worst case put aside for the clone, of a run with a budget; the rest comes back with its bill. */
  readonly reservedNanoUsd: number
  readonly claim: Manifest | null
  readonly failure: Failure | null
  readonly createdAtMs: number
  readonly waitingAtMs: number | null
  readonly startingAtMs: number | null
  readonly runningAtMs: number | null
  readonly endedAtMs: number | null
  /** Set once the clone's job has ended; until then its cost is open. */
  readonly bill: Bill | null
}

/** What an ended job took and cost. */
export interface Bill {
  readonly times: PhaseTimes
  readonly usage: Usage
  readonly billedS: number
  readonly costUsd: number
}

export type SlotEvent =
  | {
      readonly type: 'slot.created'
      readonly atMs: number
      readonly run: RunId
      readonly task: string
      readonly attempt: number
      readonly clone: number
      readonly kind: 'active' | 'standby'
      readonly pool: string
      readonly reason: string
      readonly variant: string | null
      readonly resources: Resources
      readonly timeoutS: number | null
      readonly rank: number
      readonly notBeforeMs: number | null
    }
  /** A standby slot is called up: the hedge's timer rang, or its pool was contended. */
  | { readonly type: 'slot.activated'; readonly atMs: number; readonly why: string }
  /** The state machine waits for this slot with `token`; a retried launch replaces it. */
  | { readonly type: 'slot.launched'; readonly atMs: number; readonly token: string }
  /** The engine that held the wait is gone; the slot waits for another launch. */
  | { readonly type: 'slot.unlaunched'; readonly atMs: number }
  | { readonly type: 'slot.held'; readonly atMs: number; readonly waitingFor: WaitReason }
  | {
      readonly type: 'slot.starting'
      readonly atMs: number
      readonly pool: string
      readonly job: string
      readonly reservedNanoUsd: number
    }
  | {
      readonly type: 'slot.leased'
      readonly atMs: number
      readonly fence: number
      readonly job: string
      readonly holder: string
      readonly untilMs: number
    }
  | { readonly type: 'slot.renewed'; readonly atMs: number; readonly fence: number; readonly untilMs: number }
  | { readonly type: 'slot.claimed'; readonly atMs: number; readonly fence: number; readonly manifest: Manifest }
  | { readonly type: 'slot.failed'; readonly atMs: number; readonly failure: Failure }
  /** The attempt is decided; this is the slot's part in it. */
  | { readonly type: 'slot.decided'; readonly atMs: number; readonly state: DecidedState }
  /** Its lease ran out: whoever had it may claim nothing any more. */
  | { readonly type: 'slot.fenced'; readonly atMs: number; readonly failure: Failure }
  | { readonly type: 'slot.billed'; readonly atMs: number; readonly bill: Bill }

/** The part of a slot in the decision of its attempt. */
type DecidedState = 'won' | 'contributed' | 'lost' | 'cancelled'

const terminal: ReadonlySet<SlotState> = new Set<SlotState>([
  'won',
  'contributed',
  'lost',
  'failed',
  'rejected',
  'fenced',
  'cancelled',
])

/** Whether the slot's state is final. */
export function isSlotTerminal(state: SlotState): boolean {
  return terminal.has(state)
}

const ended: readonly SlotEvent['type'][] = ['slot.billed']
const accepts: Readonly<Record<SlotState | 'absent', readonly SlotEvent['type'][]>> = {
  absent: ['slot.created'],
  standby: ['slot.activated', 'slot.decided'],
  waiting: ['slot.launched', 'slot.unlaunched', 'slot.held', 'slot.starting', 'slot.failed', 'slot.decided'],
  starting: ['slot.leased', 'slot.failed', 'slot.decided'],
  running: ['slot.leased', 'slot.renewed', 'slot.claimed', 'slot.failed', 'slot.decided', 'slot.fenced'],
  claimed: ['slot.decided', 'slot.billed'],
  won: ended,
  contributed: ended,
  lost: ended,
  failed: ended,
  rejected: ended,
  fenced: ended,
  cancelled: ended,
}

/**
 * Why `event` can't happen to the slot as it is, in words; `undefined` when it can. Fences grow with each lease, a claim is
 * made under the present one, and a job is billed once. Total over rows × events.
 */
export function slotRefusal(slot: SlotRecord | undefined, event: SlotEvent): string | undefined {
  const state = slot?.state ?? 'absent'
  if (!accepts[state].includes(event.type)) return `a slot in state ${state} does not accept ${event.type}`
  if (slot === undefined) return undefined
  switch (event.type) {
    case 'slot.leased':
      if (event.job !== slot.job) return `job ${slot.job} holds the slot, not ${event.job}`
      return event.fence > slot.fence ? undefined : `fence ${event.fence} does not grow: it is ${slot.fence}`
    case 'slot.renewed':
    case 'slot.claimed':
      return event.fence === slot.fence ? undefined : `the slot is held under fence ${slot.fence}, not ${event.fence}`
    case 'slot.decided':
      return partsOf(slot).includes(event.state) ? undefined : `a slot in state ${state} has not ${event.state}`
    case 'slot.billed':
      if (slot.job === null) return 'a slot that never had a job has no bill'
      return slot.bill === null ? undefined : 'the job is billed already'
    default:
      return undefined
  }
}

/** What a slot can have been in a decision: it won by its claim, it lost with a job, without one there was nothing to lose. */
function partsOf(slot: SlotRecord): readonly DecidedState[] {
  if (slot.claim !== null) return ['won', 'contributed', 'lost', 'cancelled']
  return slot.job === null ? ['cancelled'] : ['lost', 'cancelled']
}

/** The slot after `event`. @throws when the slot refuses it, which is a bug of the caller. */
export function evolveSlot(slot: SlotRecord | undefined, event: SlotEvent): SlotRecord {
  const refusal = slotRefusal(slot, event)
  if (refusal !== undefined) throw new Error(refusal)
  if (event.type === 'slot.created') return created(event)
  const current = slot as SlotRecord
  switch (event.type) {
    case 'slot.activated':
      return { ...current, state: 'waiting', why: event.why, waitingFor: null, waitingAtMs: event.atMs }
    case 'slot.launched':
      return { ...current, token: event.token }
    case 'slot.unlaunched':
      return { ...current, token: null }
    case 'slot.held':
      return { ...current, waitingFor: event.waitingFor }
    case 'slot.starting':
      return {
        ...current,
        state: 'starting',
        pool: event.pool,
        job: event.job,
        reservedNanoUsd: event.reservedNanoUsd,
        startingAtMs: event.atMs,
        waitingFor: null,
      }
    case 'slot.leased':
      return {
        ...current,
        state: 'running',
        fence: event.fence,
        holder: event.holder,
        leasedUntilMs: event.untilMs,
        runningAtMs: event.atMs,
      }
    case 'slot.renewed':
      return { ...current, leasedUntilMs: event.untilMs }
    case 'slot.claimed':
      return { ...current, state: 'claimed', claim: event.manifest, endedAtMs: event.atMs }
    case 'slot.failed': {
      const state = event.failure.cause === 'validator-rejected' ? 'rejected' : 'failed'
      return { ...current, state, failure: event.failure, waitingFor: null, endedAtMs: event.atMs }
    }
    case 'slot.decided':
      return { ...current, state: event.state, waitingFor: null, endedAtMs: current.endedAtMs ?? event.atMs }
    case 'slot.fenced':
      return { ...current, state: 'fenced', failure: event.failure, endedAtMs: event.atMs }
    case 'slot.billed':
      return { ...current, bill: event.bill }
  }
}

function created(event: Extract<SlotEvent, { type: 'slot.created' }>): SlotRecord {
  const standby = event.kind === 'standby'
  return {
    run: event.run,
    task: event.task,
    attempt: event.attempt,
    clone: event.clone,
    kind: event.kind,
    state: standby ? 'standby' : 'waiting',
    pool: event.pool,
    reason: event.reason,
    variant: event.variant,
    resources: event.resources,
    timeoutS: event.timeoutS,
    why: null,
    rank: event.rank,
    notBeforeMs: event.notBeforeMs,
    waitingFor: standby ? 'hedge timer' : null,
    token: null,
    job: null,
    fence: 0,
    holder: null,
    leasedUntilMs: null,
    reservedNanoUsd: 0,
    claim: null,
    failure: null,
    createdAtMs: event.atMs,
    waitingAtMs: standby ? null : event.atMs,
    startingAtMs: null,
    runningAtMs: null,
    endedAtMs: null,
    bill: null,
  }
}
