import type { Cause, Failure } from '#core/failure/cause.ts'
import { fingerprint } from '#core/race/fingerprint.ts'
import { byEnd, standingsOf, type FailedSlot, type Standings } from '#core/race/standing.ts'
import type { Manifest } from '#core/run/manifest.ts'
import type { SlotEvent, SlotRecord } from '#core/run/slot.ts'
import { unreachable } from '#core/unreachable.ts'
import type { Aggregate } from '#core/workflow/workflow.ts'

/** What the slots of an attempt come to, with words for a person on how. */
export type Decision =
  | { readonly kind: 'pending' }
  /** The result is the winner's claim; those of `equals` are the same, those of `beaten` had to be there to be beaten. */
  | {
      readonly kind: 'commit'
      readonly winner: SlotRecord
      readonly equals: readonly SlotRecord[]
      readonly beaten: readonly SlotRecord[]
      readonly words: string
    }
  /** The result is made of all parts, which are in the order of their clones. */
  | {
      readonly kind: 'combine'
      readonly how: 'mean' | 'median' | 'all'
      readonly parts: readonly SlotRecord[]
      readonly words: string
    }
  /** No result can come any more. `last` is the slot that settled it. */
  | { readonly kind: 'fail'; readonly failure: Failure; readonly last: SlotRecord; readonly words: string }

/** For `best`: the score of each clone with a claim; what is not a finite number makes the claim invalid. */
export type Scores = ReadonlyMap<number, number | undefined>

/**
 * Decides an attempt by its policy, total over policies and standings of slots. Slots of a decided attempt come to the same
 * decision again, whatever their order. A standby slot counts once it was called up. Nothing fails before a clone ended.
 *
 * | policy | result | failure |
 * |---|---|---|
 * | first | the first claim | all active slots failed |
 * | quorum k | the earliest of the first k equal claims | as soon as k can't be equal any more |
 * | mean, median, best | when no active slot is open, of at least `min` claims | as soon as `min` is out of reach |
 * | all | when every active slot has a claim | at the first failure |
 */
export function decide(aggregate: Aggregate, slots: readonly SlotRecord[], scores: Scores = new Map()): Decision {
  const standings = standingsOf(slots)
  switch (aggregate.policy) {
    case 'first':
      return first(standings)
    case 'quorum':
      return quorum(standings, aggregate.of)
    case 'mean':
    case 'median':
      return tooFew(standings, aggregate.min) ?? combine(aggregate.policy, standings.valid)
    case 'best': {
      const scored = onlyScored(standings, aggregate.output, scores)
      return tooFew(scored, aggregate.min) ?? best(scored.valid, aggregate, scores)
    }
    case 'all':
      return all(standings)
    default:
      return unreachable(aggregate)
  }
}

/** The part that an open or claimed slot had in the decision. What never had a place has lost nothing. */
export function partOf(
  slot: SlotRecord,
  decision: Exclude<Decision, { kind: 'pending' }>,
): Extract<SlotEvent, { type: 'slot.decided' }>['state'] {
  const isSlot = ({ clone }: SlotRecord) => clone === slot.clone
  if (decision.kind === 'commit' && isSlot(decision.winner)) return 'won'
  if (decision.kind === 'commit' && [...decision.equals, ...decision.beaten].some(isSlot)) return 'contributed'
  if (decision.kind === 'combine' && decision.parts.some(isSlot)) return 'contributed'
  return slot.job === null && slot.claim === null ? 'cancelled' : 'lost'
}

const pending: Decision = { kind: 'pending' }

function first({ active, pending: open, valid, failed }: Standings): Decision {
  const [winner] = valid
  if (winner !== undefined) {
    const words = active === 1 ? 'the only clone' : `clone ${winner.clone} was the first of ${active}`
    return { kind: 'commit', winner, equals: [], beaten: [], words }
  }
  const blamed = toBlame(failed, active - 1)
  if (open > 0 || blamed === undefined) return pending
  return fail(blamed, active === 1 ? 'the only clone failed' : `none of ${active} clones left a result`)
}

function all({ active, valid, failed }: Standings): Decision {
  const [failure] = failed
  if (failure !== undefined) return fail(failure, `clone ${failure.slot.clone} failed, and all results are needed`)
  return active > 0 && valid.length === active ? combine('all', valid) : pending
}

function combine(how: 'mean' | 'median' | 'all', valid: readonly SlotRecord[]): Decision {
  const words = how === 'all' ? `all ${valid.length} results` : `${how} of ${valid.length} results`
  return { kind: 'combine', how, parts: byClone(valid), words }
}

/** What is not decided, or failed, because not all slots have ended or not enough have left a result. */
function tooFew({ active, pending: open, valid, failed }: Standings, min: number | undefined): Decision | undefined {
  const needed = Math.min(min ?? Math.floor(active / 2) + 1, active)
  const blamed = toBlame(failed, active - needed)
  if (valid.length + open < needed && blamed !== undefined) {
    const words = `${valid.length} of ${active} results are valid, ${needed} are needed`
    return fail(withEvidence(blamed, `${words}\nclone ${blamed.slot.clone}: ${blamed.failure.evidence}`), words)
  }
  return open > 0 || valid.length < Math.max(needed, 1) ? pending : undefined
}

function best(
  valid: readonly SlotRecord[],
  { output, goal }: Extract<Aggregate, { policy: 'best' }>,
  scores: Scores,
): Decision {
  const scoreOf = (slot: SlotRecord) => scores.get(slot.clone) as number
  const score = Math[goal](...valid.map(scoreOf))
  const [winner, ...tied] = byClone(valid).filter((slot) => scoreOf(slot) === score) as [SlotRecord, ...SlotRecord[]]
  const tie = tied.length === 0 ? '' : `, tied with ${clonesOf(tied)}`
  const beaten = byClone(valid).filter((slot) => slot !== winner)
  return {
    kind: 'commit',
    winner,
    equals: [],
    beaten,
    words: `best ${output} ${score} (${goal}): clone ${winner.clone}${tie}`,
  }
}

/** Claims without a score count as failed when they were made. */
function onlyScored(standings: Standings, output: string, scores: Scores): Standings {
  const hasScore = ({ clone }: SlotRecord) => Number.isFinite(scores.get(clone))
  const failure = certain('bad-output', `output ${output} is not a finite number`)
  const unscored = standings.valid.filter((slot) => !hasScore(slot)).map((slot) => ({ slot, failure }))
  return {
    ...standings,
    valid: standings.valid.filter(hasScore),
    failed: [...standings.failed, ...unscored].toSorted((a, b) => byEnd(a.slot, b.slot)),
  }
}

function quorum({ active, pending: open, valid, failed }: Standings, of: number): Decision {
  const classes = [...Map.groupBy(valid, (slot) => fingerprint(slot.claim as Manifest)).values()]
  const [agreed] = classes
    .filter((equal) => equal.length >= of)
    // The first to be complete, if several are.
    .toSorted((a, b) => valid.indexOf(a[of - 1] as SlotRecord) - valid.indexOf(b[of - 1] as SlotRecord))
  if (agreed !== undefined) {
    const [winner, ...equals] = agreed as [SlotRecord, ...SlotRecord[]]
    const words = `${agreed.length} of ${valid.length} results are equal: ${clonesOf(agreed)}`
    return { kind: 'commit', winner, equals: byClone(equals), beaten: [], words }
  }
  const greatest = Math.max(0, ...classes.map((equal) => equal.length))
  const last = [...valid, ...failed.map(({ slot }) => slot)].toSorted(byEnd).at(-1)
  if (greatest + open >= of || last === undefined) return pending
  const words = `${of} equal results are needed, the most that agree are ${greatest} of ${valid.length}`
  const evidence = [words, ...classes.map(told), ...byClone(failed.map(({ slot }) => slot)).map(toldFailed)].join('\n')
  // It is no disagreement if those that another remedy than one more try may mend could have made the quorum.
  const mendable = failed.filter(({ failure }) => !triedAgain.has(failure.cause))
  const mending = mendable.at(-1)
  const withoutResult = active - valid.length - (failed.length - mendable.length)
  if (mending !== undefined && greatest + withoutResult >= of) return fail(withEvidence(mending, evidence), words)
  return { kind: 'fail', failure: certain('no-quorum', evidence), last, words }
}

/** Causes whose remedy is that of `no-quorum`. */
const triedAgain: ReadonlySet<Cause> = new Set<Cause>(['user-error', 'bad-output', 'validator-rejected', 'unknown'])

/**
 * The failure that an attempt is laid to, of which as many slots as are `spare` may fail: the latest, or, when the user's
 * failures alone are no more than that, the latest of the platform's, so that no retry of the user is spent.
 */
function toBlame(failed: readonly FailedSlot[], spare: number): FailedSlot | undefined {
  const platforms = failed.filter(({ failure }) => ofPlatform.has(failure.cause))
  return (failed.length - platforms.length <= spare ? platforms.at(-1) : undefined) ?? failed.at(-1)
}

/** Causes that spend no retry of the user, and are followed by another try. */
const ofPlatform: ReadonlySet<Cause> = new Set<Cause>([
  'reclaimed',
  'host-lost',
  'engine-lost',
  'out-of-memory',
  'out-of-disk',
  'start-failed',
  'no-capacity',
])

function told(equal: readonly SlotRecord[]): string {
  return equal.length === 1 ? `${clonesOf(equal)} stands alone` : `${clonesOf(equal)} agree`
}

function toldFailed(slot: SlotRecord): string {
  return `clone ${slot.clone} failed: ${slot.failure?.cause}`
}

function fail({ slot, failure }: FailedSlot, words: string): Decision {
  return { kind: 'fail', failure, last: slot, words }
}

function withEvidence({ slot, failure }: FailedSlot, evidence: string): FailedSlot {
  return { slot, failure: { ...failure, evidence } }
}

function certain(cause: Cause, evidence: string): Failure {
  return { cause, confidence: 'certain', exitCode: null, signal: null, evidence }
}

function byClone(slots: readonly SlotRecord[]): readonly SlotRecord[] {
  return slots.toSorted((a, b) => a.clone - b.clone)
}

/** `clone 1`, `clones 0, 1 and 2`. */
function clonesOf(slots: readonly SlotRecord[]): string {
  const clones = byClone(slots).map(({ clone }) => clone)
  if (clones.length === 1) return `clone ${clones[0]}`
  return `clones ${clones.slice(0, -1).join(', ')} and ${clones.at(-1)}`
}
