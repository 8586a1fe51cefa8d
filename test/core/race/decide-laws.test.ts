import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide, partOf, type Decision, type Scores } from '#core/race/decide.ts'
import { evolveSlot, isSlotTerminal, type SlotRecord } from '#core/run/slot.ts'
import type { Aggregate } from '#core/workflow/workflow.ts'
import { aSlot, atMs } from './a-slot.ts'

/**
 * What a slot may be: a result A or B, a platform's failure (P) or the user's (U), open (?), called up and open (!), standby
 * (s), gone without a result (x).
 */
const letters = ['A', 'B', 'P', 'U', '?', '!', 's', 'x'] as const
type Letter = (typeof letters)[number]

function slotOf(letter: Letter, clone: number, endMs: number): SlotRecord {
  switch (letter) {
    case 'A':
    case 'B':
      return aSlot('claimed', clone, { result: letter.toLowerCase(), endMs })
    case 'P':
      return aSlot('fenced', clone, { cause: 'host-lost', endMs })
    case 'U':
      return aSlot('failed', clone, { cause: 'user-error', endMs })
    case '?':
      return aSlot('running', clone)
    case '!':
      return aSlot('waiting', clone, { standby: 'called-up' })
    case 's':
      return aSlot('standby', clone)
    case 'x':
      return aSlot('cancelled', clone, { endMs })
  }
}

/** Every policy, with every number that makes a difference among four slots. */
const policies: readonly Aggregate[] = [
  { policy: 'first' },
  { policy: 'all' },
  ...[1, 2, 3, 4].map((of): Aggregate => ({ policy: 'quorum', of })),
  ...[undefined, 1, 2, 3, 4].flatMap((least): readonly Aggregate[] => {
    const min = least === undefined ? {} : { min: least }
    return [
      { policy: 'mean', ...min },
      { policy: 'median', ...min },
      { policy: 'best', output: 'score', goal: 'min', ...min },
      { policy: 'best', output: 'score', goal: 'max', ...min },
    ]
  }),
]
/** Clones 1 and 3 tie, clone 2 has none. */
const scores: Scores = new Map([
  [0, 0.5],
  [1, 0.25],
  [3, 0.25],
])

function short(decision: Decision): string {
  if (decision.kind === 'commit') return `commit ${decision.winner.clone}`
  if (decision.kind === 'combine') return `${decision.how} ${decision.parts.map(({ clone }) => clone).join()}`
  return decision.kind === 'fail' ? `fail ${decision.last.clone} ${decision.failure.cause}` : 'pending'
}

/** One clone of a race, as the model below sees it. */
interface Seen {
  readonly letter: Letter
  readonly clone: number
  readonly endMs: number
}

/** The policies, told once more over letters, as slowly and plainly as can be. */
function told(aggregate: Aggregate, drawing: readonly Letter[], ends: readonly number[]): string {
  const seen = drawing.map((letter, clone): Seen => ({ letter, clone, endMs: ends[clone] ?? 0 }))
  const active = seen.filter(({ letter }) => letter !== 's').length
  const open = seen.filter(({ letter }) => '?!'.includes(letter)).length
  const ended = seen.toSorted((a, b) => a.endMs - b.endMs || a.clone - b.clone)
  const scored = ({ letter, clone }: Seen) =>
    'AB'.includes(letter) && (aggregate.policy !== 'best' || scores.get(clone) !== undefined)
  const valid = ended.filter(scored)
  const bad = ended.filter((one) => 'ABPU'.includes(one.letter) && !scored(one))
  const causes: Partial<Record<Letter, string>> = { P: 'host-lost', U: 'user-error', A: 'bad-output', B: 'bad-output' }
  const failing = (one: Seen | undefined) => (one === undefined ? 'pending' : `fail ${one.clone} ${causes[one.letter]}`)
  const clones = valid.map(({ clone }) => clone).sort((a, b) => a - b)
  /** Would there be enough if the platform had lost none? */
  const blamed = (needed: number) => {
    const ours = bad.filter(({ letter }) => letter === 'P')
    const faultless = ours.length > 0 && active - (bad.length - ours.length) >= needed
    return failing(faultless ? ours.at(-1) : bad.at(-1))
  }
  switch (aggregate.policy) {
    case 'first':
      if (valid[0] !== undefined) return `commit ${valid[0].clone}`
      return open > 0 ? 'pending' : blamed(1)
    case 'all':
      if (bad.length > 0) return failing(bad[0])
      return valid.length > 0 && valid.length === active ? `all ${clones.join()}` : 'pending'
    case 'quorum': {
      for (let heard = 1; heard <= valid.length; heard += 1) {
        const equal = valid.slice(0, heard).filter(({ letter }) => letter === valid[heard - 1]?.letter)
        if (equal.length >= aggregate.of) return `commit ${equal[0]?.clone}`
      }
      const count = (letter: Letter) => seen.filter((one) => one.letter === letter).length
      const hope = Math.max(count('A'), count('B')) + open
      if (hope >= aggregate.of) return 'pending'
      if (count('P') > 0 && hope + count('P') + count('x') >= aggregate.of)
        return failing(bad.findLast(({ letter }) => letter === 'P'))
      const last = ended.findLast(({ letter }) => 'ABPU'.includes(letter))
      return last === undefined ? 'pending' : `fail ${last.clone} no-quorum`
    }
    case 'mean':
    case 'median':
    case 'best': {
      const wanted = aggregate.min ?? [1, 1, 2, 2, 3][active] ?? Number.NaN
      const needed = wanted > active ? active : wanted
      if (valid.length + open < needed && bad.length > 0) return blamed(needed)
      if (open > 0 || valid.length === 0 || valid.length < needed) return 'pending'
      if (aggregate.policy !== 'best') return `${aggregate.policy} ${clones.join()}`
      const order = aggregate.goal === 'min' ? [1, 3, 0] : [0, 1, 3]
      return `commit ${order.find((clone) => clones.includes(clone))}`
    }
  }
}

function drawings(length: number): readonly (readonly Letter[])[] {
  if (length === 0) return [[]]
  return drawings(length - 1).flatMap((rest) => letters.map((letter): readonly Letter[] => [...rest, letter]))
}

describe('the decision', () => {
  it('is as told for every policy and every race of up to four slots', () => {
    const ends = [30, 10, 30, 20]
    const differing = [0, 1, 2, 3, 4].flatMap(drawings).flatMap((drawing) => {
      const slots = drawing.map((letter, clone) => slotOf(letter, clone, ends[clone] ?? 0))
      return policies.flatMap((aggregate) => {
        const [is, should] = [short(decide(aggregate, slots, scores)), told(aggregate, drawing, ends)]
        return is === should ? [] : [{ aggregate, race: drawing.join(''), is, should }]
      })
    })
    expect(differing.slice(0, 10)).toStrictEqual([])
  })

  const someRace = fc
    .array(fc.record({ letter: fc.constantFrom(...letters), endMs: fc.nat(3), score: fc.nat(2) }), {
      minLength: 1,
      maxLength: 7,
    })
    .map((list) => ({
      slots: list.map(({ letter, endMs }, clone) => slotOf(letter, clone, endMs)),
      scores: new Map(list.map(({ score }, clone) => [clone, score === 2 ? undefined : score])),
    }))
  const somePolicy = fc.constantFrom(...policies)

  it('does not depend on the order in which slots are read', () => {
    fc.assert(
      fc.property(
        somePolicy,
        someRace.chain(({ slots, scores: read }) =>
          fc.record({
            slots: fc.constant(slots),
            shuffled: fc.shuffledSubarray([...slots], { minLength: slots.length }),
            read: fc.constant(read),
          }),
        ),
        (aggregate, { slots, shuffled, read }) => {
          expect(decide(aggregate, shuffled, read)).toStrictEqual(decide(aggregate, slots, read))
        },
      ),
    )
  })

  it('stays what it is, word for word, once the attempt is closed by it', () => {
    fc.assert(
      fc.property(somePolicy, someRace, (aggregate, { slots, scores: read }) => {
        const decision = decide(aggregate, slots, read)
        if (decision.kind === 'pending') return
        const closed = slots.map((slot): SlotRecord => {
          if (isSlotTerminal(slot.state)) return slot
          return evolveSlot(slot, { type: 'slot.decided', atMs: atMs + 99, state: partOf(slot, decision) })
        })
        const again = decide(aggregate, closed, read)
        const wordsOf = (one: Decision) => (one.kind === 'pending' ? '' : one.words)
        expect([short(again), wordsOf(again)]).toStrictEqual([short(decision), wordsOf(decision)])
      }),
    )
  })

  it('is not changed by how open slots would have ended', () => {
    const endings = fc.infiniteStream(fc.constantFrom<Letter>('A', 'B', 'P', 'U', 'x'))
    fc.assert(
      fc.property(somePolicy, someRace, endings, (aggregate, { slots, scores: read }, letter) => {
        const decision = decide(aggregate, slots, read)
        if (decision.kind === 'pending') return
        const later = slots.map((slot) => {
          const open = slot.endedAtMs === null && slot.state !== 'standby'
          return open ? slotOf(letter.next().value as Letter, slot.clone, 10) : slot
        })
        const after = decide(aggregate, later, read)
        const result = (one: Decision) => (one.kind === 'commit' ? short(one) : one.kind)
        expect(result(after)).toBe(result(decision))
      }),
    )
  })

  it('never gives a result of fewer claims than are needed', () => {
    fc.assert(
      fc.property(somePolicy, someRace, (aggregate, { slots, scores: read }) => {
        const decision = decide(aggregate, slots, read)
        if (decision.kind !== 'commit' && decision.kind !== 'combine') return
        const active = slots.filter(({ state }) => state !== 'standby').length
        const claims = slots.filter(({ claim }) => claim !== null).length
        const asked =
          'of' in aggregate ? aggregate.of : 'min' in aggregate ? Math.min(aggregate.min ?? 1, active) : undefined
        const half = active / 2 + 0.5
        const least = { first: 1, quorum: 1, all: active, mean: half, median: half, best: half }[aggregate.policy]
        expect(claims).toBeGreaterThanOrEqual(asked ?? least)
        const used = decision.kind === 'commit' ? [decision.winner, ...decision.equals] : decision.parts
        expect(used.every(({ claim }) => claim !== null)).toBe(true)
      }),
    )
  })

  it('does not see a standby slot that was never called up', () => {
    fc.assert(
      fc.property(somePolicy, someRace, fc.boolean(), (aggregate, { slots, scores: read }, closed) => {
        const standby = closed
          ? aSlot('cancelled', slots.length, { standby: 'never', endMs: 50 })
          : aSlot('standby', slots.length)
        expect(decide(aggregate, [...slots, standby], read)).toStrictEqual(decide(aggregate, slots, read))
      }),
    )
  })
})
