import { describe, expect, it } from 'vitest'
import type { Cause } from '#core/failure/cause.ts'
import { decide, partOf, type Decision, type Scores } from '#core/race/decide.ts'
import type { SlotRecord, SlotState } from '#core/run/slot.ts'
import type { Aggregate } from '#core/workflow/workflow.ts'
import { aSlot, failureOf } from './a-slot.ts'

/**
 * A race by its drawing: a word for each clone. `a(5)`: result `a` after 5 ms. `image(3)`: failed of that cause. A state alone
 * is an open or decided slot; `+` marks a standby slot that was called up, `-` one that never was.
 */
function race(drawing: string): readonly SlotRecord[] {
  return drawing.split(' ').map((word, clone) => {
    const [, what = '', end, mark] = /^([a-z-]+?)(?:\((\d+)\))?([+-])?$/.exec(word) ?? []
    const told = {
      endMs: Number(end ?? 0),
      ...(mark === undefined ? {} : { standby: mark === '+' ? ('called-up' as const) : ('never' as const) }),
    }
    if (/^[a-d]$/.test(what)) return aSlot('claimed', clone, { ...told, result: what })
    if (states.has(what)) return aSlot(what as SlotState, clone, told)
    return aSlot('failed', clone, { ...told, cause: what as Cause })
  })
}

const states: ReadonlySet<string> = new Set([
  'standby',
  'waiting',
  'starting',
  'running',
  'lost',
  'cancelled',
  'rejected',
])

/** The decision in short: `commit 1`, `combine 0 2`, `fail 1 image`, `pending`. */
function short(decision: Decision): string {
  switch (decision.kind) {
    case 'commit':
      return ['commit', decision.winner.clone, ...decision.equals.map(({ clone }) => `=${clone}`)].join(' ')
    case 'combine':
      return [decision.how, ...decision.parts.map(({ clone }) => clone)].join(' ')
    case 'fail':
      return `fail ${decision.last.clone} ${decision.failure.cause}`
    case 'pending':
      return 'pending'
  }
}

const of = (aggregate: Aggregate, drawing: string, scores?: Scores) => short(decide(aggregate, race(drawing), scores))

/** The words of a decision that was made. */
function words(decision: Decision): string {
  return decision.kind === 'pending' ? 'pending' : decision.words
}

describe('the first result', () => {
  it.each([
    ['running', 'pending'],
    ['waiting starting running', 'pending'],
    ['a(5)', 'commit 0'],
    ['running a(5)', 'commit 1'],
    ['user-error(1) a(5) running', 'commit 1'],
    ['a(7) b(5)', 'commit 1'],
    ['a(5) b(5)', 'commit 0'],
    ['user-error(1) running', 'pending'],
    ['user-error(1) reclaimed(2)', 'fail 1 reclaimed'],
    // With the clone that was lost there may have been a result: that is no fault of the user's.
    ['user-error(2) reclaimed(1)', 'fail 1 reclaimed'],
    ['user-error(2) reclaimed(2)', 'fail 1 reclaimed'],
    ['user-error(1) standby', 'fail 0 user-error'],
    ['user-error(1) running+', 'pending'],
    ['running standby', 'pending'],
    ['standby', 'pending'],
    ['user-error(3) cancelled(4)', 'fail 0 user-error'],
    ['cancelled(1) cancelled(1)', 'pending'],
  ])('of %s: %s', (drawing, decision) => {
    expect(of({ policy: 'first' }, drawing)).toBe(decision)
  })

  it.each([
    ['a(5)', 'the only clone'],
    ['a(5) standby', 'the only clone'],
    ['running a(5) running+', 'clone 1 was the first of 3'],
    ['user-error(1)', 'the only clone failed'],
    ['user-error(1) image(2)', 'none of 2 clones left a result'],
  ])('of %s is told as: %s', (drawing, told) => {
    expect(words(decide({ policy: 'first' }, race(drawing)))).toBe(told)
  })

  it('fails as its last clone did, when all failed by themselves', () => {
    expect(decide({ policy: 'first' }, race('user-error(1) image(2)'))).toMatchObject({ failure: failureOf('image') })
  })
})

describe('a quorum of two', () => {
  it.each([
    ['running a(1)', 'pending'],
    ['a(3) a(1)', 'commit 1 =0'],
    ['a(3) a(3)', 'commit 0 =1'],
    ['a(1) b(2) running', 'pending'],
    ['a(1) b(2) b(3)', 'commit 1 =2'],
    ['b(4) a(1) a(3) b(2)', 'commit 1 =2'],
    ['a(1) a(2) a(3)', 'commit 0 =1 =2'],
    ['a(1) b(2) standby', 'fail 1 no-quorum'],
    ['a(1) b(2) running+', 'pending'],
    ['a(1) running lost', 'pending'],
    ['a(1) lost', 'fail 0 no-quorum'],
    ['running', 'pending'],
    ['running user-error(1)', 'fail 1 no-quorum'],
    ['user-error(1) running a(2)', 'pending'],
    // What another remedy may mend is no disagreement.
    ['a(1) out-of-memory(2)', 'fail 1 out-of-memory'],
    ['engine-lost(3) engine-lost(4) engine-lost(2)', 'fail 1 engine-lost'],
    ['a(1) b(2) engine-lost(3)', 'fail 2 engine-lost'],
    ['user-error(3) engine-lost(4)', 'fail 1 no-quorum'],
    ['cancelled cancelled', 'pending'],
  ])('of %s: %s', (drawing, decision) => {
    expect(of({ policy: 'quorum', of: 2 }, drawing)).toBe(decision)
  })

  it('tells which clones agree', () => {
    expect(words(decide({ policy: 'quorum', of: 2 }, race('a(1) b(2) a(3) running')))).toBe(
      '2 of 3 results are equal: clones 0 and 2',
    )
    expect(words(decide({ policy: 'quorum', of: 3 }, race('a(1) a(2) a(3)')))).toBe(
      '3 of 3 results are equal: clones 0, 1 and 2',
    )
  })

  it('tells who agreed when too few did', () => {
    const decision = decide({ policy: 'quorum', of: 4 }, race('a(1) b(2) a(3) user-error(4) running'))
    expect(decision).toMatchObject({
      kind: 'fail',
      words: '4 equal results are needed, the most that agree are 2 of 3',
      failure: {
        cause: 'no-quorum',
        confidence: 'certain',
        evidence: [
          '4 equal results are needed, the most that agree are 2 of 3',
          'clones 0 and 2 agree',
          'clone 1 stands alone',
          'clone 3 failed: user-error',
        ].join('\n'),
      },
    })
  })
})

describe('a mean or a median', () => {
  it.each([
    ['a(1) b(2) running', 'pending'],
    ['b(3) a(2) a(1)', 'mean 0 1 2'],
    ['a(1) b(2) image(3)', 'mean 0 1'],
    ['a(1) reclaimed(3) image(2)', 'fail 1 reclaimed'],
    ['running reclaimed(3) image(2)', 'fail 1 reclaimed'],
    ['a(1) b(2) standby standby', 'mean 0 1'],
    ['a(1) image(2)', 'fail 1 image'],
    ['a(1) image(2) running+', 'pending'],
    ['a(1) b(1) image(2) running+', 'pending'],
    ['standby', 'pending'],
  ])('of %s: %s', (drawing, decision) => {
    expect(of({ policy: 'mean' }, drawing)).toBe(decision)
    expect(of({ policy: 'median' }, drawing)).toBe(decision.replace('mean', 'median'))
  })

  it.each([
    [1, 'a(1) image(2) running', 'pending'],
    [1, 'a(1) image(2) image(3)', 'mean 0'],
    [1, 'image(1) image(2)', 'fail 1 image'],
    [2, 'running image(2) image(3)', 'fail 2 image'],
    [3, 'a(1) b(2) image(3)', 'fail 2 image'],
    [3, 'running running image(3)', 'fail 2 image'],
    [2, 'a(1) reclaimed(2) user-error(3)', 'fail 1 reclaimed'],
    [2, 'user-error(1) reclaimed(2) user-error(3)', 'fail 2 user-error'],
    // No more than there are.
    [3, 'a(1) b(2)', 'mean 0 1'],
  ])('of at least %i, of %s: %s', (min, drawing, decision) => {
    expect(of({ policy: 'mean', min }, drawing)).toBe(decision)
  })

  it('tells how many results are missing, and why the last one is', () => {
    expect(decide({ policy: 'median' }, race('a(1) reclaimed(3) image(2)'))).toMatchObject({
      words: '1 of 3 results are valid, 2 are needed',
      failure: {
        ...failureOf('reclaimed'),
        evidence: '1 of 3 results are valid, 2 are needed\nclone 1: saw reclaimed',
      },
    })
    expect(words(decide({ policy: 'median' }, race('a(1) b(2) image(2)')))).toBe('median of 2 results')
  })
})

describe('the best result', () => {
  const best = (goal: 'min' | 'max', min?: number): Aggregate => {
    return { policy: 'best', output: 'score', goal, ...(min === undefined ? {} : { min }) }
  }
  const scores = (...list: readonly (number | undefined)[]): Scores => new Map(list.entries())

  it.each([
    ['max', 'a b c', [0.5, 0.93, 0.7], 'commit 1', 'best score 0.93 (max): clone 1'],
    ['min', 'a b c', [0.5, 0.93, 0.7], 'commit 0', 'best score 0.5 (min): clone 0'],
    ['max', 'a(3) b(2) c(1)', [0.5, 0.93, 0.93], 'commit 1', 'best score 0.93 (max): clone 1, tied with clone 2'],
    ['min', 'a b c', [-0, 0, 0], 'commit 0', 'best score 0 (min): clone 0, tied with clones 1 and 2'],
    ['max', 'a b running', [0.5, 0.93], 'pending', 'pending'],
    ['max', 'a b c', [undefined, 0.3, 0.2], 'commit 1', 'best score 0.3 (max): clone 1'],
    ['max', 'a b c', [Infinity, 0.3, Number.NaN], 'fail 2 bad-output', '1 of 3 results are valid, 2 are needed'],
    ['max', 'a(3) b image(1)', [undefined, 0.3], 'fail 0 bad-output', '1 of 3 results are valid, 2 are needed'],
    ['max', 'a(1) b image(3)', [undefined, 0.3], 'fail 2 image', '1 of 3 results are valid, 2 are needed'],
    ['max', 'a(1) running', [undefined], 'fail 0 bad-output', '0 of 2 results are valid, 2 are needed'],
  ] as const)('%s of %s with scores %j: %s', (goal, drawing, list, decision, told) => {
    expect(of(best(goal), drawing, scores(...list))).toBe(decision)
    expect(words(decide(best(goal), race(drawing), scores(...list)))).toBe(told)
  })

  it('is found among as few as were asked for', () => {
    expect(of(best('min', 1), 'image a image', scores(undefined, 3))).toBe('commit 1')
  })

  it('is none of those whose score nobody read', () => {
    expect(decide(best('min'), race('a'))).toMatchObject({
      failure: {
        cause: 'bad-output',
        evidence: '0 of 1 results are valid, 1 are needed\nclone 0: output score is not a finite number',
      },
    })
  })
})

describe('all results', () => {
  it.each([
    ['a b running', 'pending'],
    ['b(2) a(1)', 'all 0 1'],
    ['a standby', 'all 0'],
    ['a running image(3)', 'fail 2 image'],
    ['reclaimed(4) image(3)', 'fail 1 image'],
    ['standby', 'pending'],
    ['a cancelled', 'pending'],
    ['a cancelled+', 'pending'],
    ['a cancelled-', 'all 0'],
  ])('of %s: %s', (drawing, decision) => {
    expect(of({ policy: 'all' }, drawing)).toBe(decision)
  })

  it('tells who was missing', () => {
    expect(words(decide({ policy: 'all' }, race('a image(3)')))).toBe('clone 1 failed, and all results are needed')
    expect(words(decide({ policy: 'all' }, race('a b')))).toBe('all 2 results')
  })
})

describe('the part of a slot in a decision', () => {
  const parts = (aggregate: Aggregate, drawing: string, scores?: Scores) => {
    const slots = race(drawing)
    const decision = decide(aggregate, slots, scores)
    if (decision.kind === 'pending') throw new Error('not decided yet')
    return slots.map((slot) => partOf(slot, decision)).join(' ')
  }

  it.each([
    ['first', 'a(1) b(2) running starting waiting standby', 'won lost lost lost cancelled cancelled'],
    ['mean', 'a b image(1)', 'contributed contributed lost'],
    ['all', 'a b standby', 'contributed contributed cancelled'],
    ['all', 'a image(1) running waiting', 'lost lost lost cancelled'],
  ] as const)('%s of %s: %s', (policy, drawing, told) => {
    expect(parts({ policy }, drawing)).toBe(told)
  })

  it('changes nothing about the decision', () => {
    const quorum = { policy: 'quorum', of: 2 } as const
    expect(of(quorum, 'a(1) b(2) b(3)')).toBe('commit 1 =2')
    const decided = [
      aSlot('lost', 0, { result: 'a', endMs: 1 }),
      aSlot('won', 1, { result: 'b', endMs: 2 }),
      aSlot('contributed', 2, { result: 'b', endMs: 3 }),
    ]
    expect(short(decide(quorum, decided))).toBe('commit 1 =2')
  })

  it('of the best: who was beaten has contributed, since the best is known by the others alone', () => {
    const best = { policy: 'best', output: 'score', goal: 'max' } as const
    const scores = new Map([0.5, undefined, 0.93].entries())
    expect(parts(best, 'a b c standby', scores)).toBe('contributed lost won cancelled')
  })

  it('of a quorum: who agreed with the winner has contributed', () => {
    expect(parts({ policy: 'quorum', of: 2 }, 'a(1) b(2) a(3) waiting')).toBe('won lost contributed cancelled')
  })
})

it('is not guessed from a state or a policy that this version does not know', () => {
  expect(() => decide({ policy: 'first' }, [{ ...aSlot('running', 0), state: 'paused' as SlotState }])).toThrow(
    'unexpected value: "paused"',
  )
  expect(() => decide({ policy: 'last' as 'first' }, race('a'))).toThrow('unexpected value')
  expect(() => decide({ policy: 'first' }, [{ ...aSlot('failed', 2), failure: null }])).toThrow(
    'clone 2 of detect failed without a cause',
  )
})
