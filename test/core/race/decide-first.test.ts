import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideFirst, type Decision } from '#core/race/decide-first.ts'
import { isSlotTerminal, slotStates, type SlotRecord, type SlotState } from '#core/run/slot.ts'
import { atMs, failure, manifest, rowAfter, slotEvents } from '../run/sample-events.ts'

const created = rowAfter('slot', slotEvents.created) as SlotRecord

/** What a slot in each state brings: a result (V), a failure (F), hope (P), or nothing. */
const brings: Readonly<Record<SlotState, 'V' | 'F' | 'P' | '-'>> = {
  standby: '-',
  waiting: 'P',
  starting: 'P',
  running: 'P',
  claimed: 'V',
  won: 'V',
  contributed: 'V',
  lost: '-',
  failed: 'F',
  rejected: 'F',
  fenced: 'F',
  cancelled: '-',
}

/** The slot of a clone in this state, ended at this millisecond if it has ended. */
function slot(state: SlotState, clone: number, endedAtMs = 0): SlotRecord {
  const ended = isSlotTerminal(state) || state === 'claimed'
  return {
    ...created,
    clone,
    state,
    kind: state === 'standby' ? 'standby' : 'active',
    claim: brings[state] === 'V' ? manifest : null,
    failure: state === 'failed' ? failure : null,
    endedAtMs: ended ? atMs + endedAtMs : null,
  }
}

/** A race by its drawing: a state for each clone, in brackets the millisecond in which it ended. */
function race(drawing: string): readonly SlotRecord[] {
  return drawing.split(' ').map((word, clone) => {
    const [, state, end] = /^([a-z]+)(?:\((\d+)\))?$/.exec(word) ?? []
    return slot(state as SlotState, clone, Number(end ?? 0))
  })
}

/** The decision in short: `commit 1`, `fail 0`, `pending`. */
function short(decision: Decision): string {
  switch (decision.kind) {
    case 'commit':
      return `commit ${decision.winner.clone}`
    case 'fail':
      return `fail ${decision.last.clone}`
    case 'pending':
      return 'pending'
  }
}

/** The policy, told once more: a result decides, then hope waits, then the last failure counts. */
function told(slots: readonly SlotRecord[]): string {
  const all = slots.map(({ state }) => brings[state]).join('')
  const before = (a: SlotRecord, b: SlotRecord) =>
    (a.endedAtMs as number) < (b.endedAtMs as number) || (a.endedAtMs === b.endedAtMs && a.clone < b.clone)
  const of = (letter: string) => slots.filter(({ state }) => brings[state] === letter)
  const alone = (letter: string, first: boolean) =>
    of(letter).find((one) => of(letter).every((other) => other === one || before(one, other) === first))?.clone
  if (all.includes('V')) return `commit ${alone('V', true)}`
  if (all.includes('P') || !all.includes('F')) return 'pending'
  return `fail ${alone('F', false)}`
}

describe('the first result', () => {
  it.each([
    ['running', 'pending'],
    ['waiting starting running', 'pending'],
    ['claimed(5)', 'commit 0'],
    ['running claimed(5)', 'commit 1'],
    ['failed(1) claimed(5) running', 'commit 1'],
    ['claimed(7) claimed(5)', 'commit 1'],
    ['claimed(5) claimed(5)', 'commit 0'],
    ['failed(1) running', 'pending'],
    ['failed(1) waiting', 'pending'],
    ['failed(1) failed(2)', 'fail 1'],
    ['failed(2) failed(1)', 'fail 0'],
    ['failed(2) failed(2)', 'fail 1'],
    ['failed(1) fenced(3)', 'fail 1'],
    ['rejected(4) failed(1)', 'fail 0'],
    ['rejected(1)', 'fail 0'],
    ['failed(1) standby', 'fail 0'],
    ['running standby', 'pending'],
    ['standby', 'pending'],
    ['won(5) lost(6) failed(1)', 'commit 0'],
    ['failed(3) cancelled(4)', 'fail 0'],
    ['cancelled(1) cancelled(1)', 'pending'],
  ])('of %s: %s', (drawing, decision) => {
    expect(short(decideFirst(race(drawing)))).toBe(decision)
  })

  it('of no slots is not there yet', () => {
    expect(decideFirst([])).toStrictEqual({ kind: 'pending' })
  })

  it('is decided for every combination of states of up to four slots', () => {
    const combinations = (length: number): readonly (readonly SlotState[])[] =>
      length === 0
        ? [[]]
        : combinations(length - 1).flatMap((rest) => slotStates.map((state): readonly SlotState[] => [...rest, state]))
    const ends = [30, 10, 30, 20]
    const differing = [1, 2, 3, 4].flatMap(combinations).flatMap((states) => {
      const slots = states.map((state, clone) => slot(state, clone, ends[clone]))
      const [is, should] = [short(decideFirst(slots)), told(slots)]
      return is === should ? [] : [{ states, is, should }]
    })
    expect(differing).toStrictEqual([])
  })

  const races = fc
    .array(fc.tuple(fc.constantFrom(...slotStates), fc.nat(3)), { minLength: 1, maxLength: 5 })
    .map((list) => list.map(([state, end], clone) => slot(state, clone, end)))

  it('does not depend on the order in which slots are read', () => {
    fc.assert(
      fc.property(races, fc.infiniteStream(fc.nat()), (slots, keys) => {
        const shuffled = slots
          .map((one) => ({ one, key: keys.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ one }) => one)
        expect(decideFirst(shuffled)).toStrictEqual(decideFirst(slots))
        expect(short(decideFirst(slots))).toBe(told(slots))
      }),
    )
  })

  it('stays what it is once the attempt is closed by it', () => {
    fc.assert(
      fc.property(races, (slots) => {
        const decision = decideFirst(slots)
        if (decision.kind === 'pending') return
        const closed = slots.map((one): SlotRecord => {
          if (isSlotTerminal(one.state)) return one
          const won = decision.kind === 'commit' && one.clone === decision.winner.clone
          return { ...one, state: won ? 'won' : 'lost', endedAtMs: one.endedAtMs ?? atMs + 99 }
        })
        expect(short(decideFirst(closed))).toBe(short(decision))
      }),
    )
  })

  it('is not guessed from a state that this version does not know', () => {
    expect(() => decideFirst([{ ...created, state: 'paused' as SlotState }])).toThrow('unexpected value: "paused"')
  })
})
