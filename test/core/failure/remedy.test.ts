import { describe, expect, it } from 'vitest'
import { causes, type Cause } from '#core/failure/cause.ts'
import { remedyKinds } from '#core/failure/remedy-kind.ts'
import { remedyFor, type FailedAttempt, type Remedy } from '#core/failure/remedy.ts'
import { aPool } from '../pools/a-pool.ts'
import { after, pools, short, spot, type Story } from './failed-attempt.ts'

const first = (cause: Cause, story: Story = {}): Remedy => remedyFor(after([cause], story))
const when = (remedy: Remedy): string =>
  remedy.kind === 'retry'
    ? `${remedy.remedy}: ${short(remedy)} ${remedy.delayS === 0 ? 'at once' : `after ${remedy.delayS} s`}`
    : remedy.kind

describe('the remedy of a first failure', () => {
  /** With two retries asked for; without; not idempotent and never started; not idempotent and started. */
  const table: Readonly<Record<Cause, readonly [string, string, string, string]>> = {
    reclaimed: ['elsewhere: spare at once', 'elsewhere: spare at once', 'elsewhere: spare at once', 'wait'],
    'host-lost': ['elsewhere: spare at once', 'elsewhere: spare at once', 'elsewhere: spare at once', 'wait'],
    'engine-lost': ['again: spot at once', 'again: spot at once', 'again: spot at once', 'wait'],
    'out-of-memory': ['more-memory: spot at once', 'more-memory: spot at once', 'more-memory: spot at once', 'give-up'],
    'out-of-disk': [
      'elsewhere: spare after 5 s',
      'elsewhere: spare after 5 s',
      'elsewhere: spare after 5 s',
      'give-up',
    ],
    'start-failed': [
      'elsewhere: spare after 5 s',
      'elsewhere: spare after 5 s',
      'elsewhere: spare after 5 s',
      'give-up',
    ],
    'no-capacity': [
      'elsewhere: spare after 5 s',
      'elsewhere: spare after 5 s',
      'elsewhere: spare after 5 s',
      'give-up',
    ],
    'timed-out': ['more-time: spot after 5 s', 'give-up', 'give-up', 'give-up'],
    'user-error': ['again: spot after 5 s', 'give-up', 'give-up', 'give-up'],
    'bad-output': ['again: spot after 5 s', 'give-up', 'give-up', 'give-up'],
    'validator-rejected': ['again: spot after 5 s', 'give-up', 'give-up', 'give-up'],
    'no-quorum': ['again: spot after 5 s', 'give-up', 'give-up', 'give-up'],
    unknown: ['again: spot after 5 s', 'give-up', 'give-up', 'wait'],
    image: ['give-up', 'give-up', 'give-up', 'give-up'],
    'bad-input': ['give-up', 'give-up', 'give-up', 'give-up'],
    'over-budget': ['give-up', 'give-up', 'give-up', 'give-up'],
    'in-doubt': ['wait', 'wait', 'wait', 'wait'],
  }

  it.each(causes)('by %s', (cause) => {
    const none = { retry: { limit: 0, backoffS: 5 } }
    const once = { ...none, idempotent: false }
    const remedies = [
      first(cause),
      first(cause, { definition: none }),
      first(cause, { definition: once, started: false }),
      first(cause, { definition: once, started: true }),
    ]
    expect(remedies.map(when)).toStrictEqual(table[cause])
  })

  it('and that of a second is one of the list, each of which there is for some cause', () => {
    const kinds = causes
      .flatMap((cause) => [first(cause), remedyFor(after([cause, cause]))])
      .map((remedy) =>
        remedy.kind === 'retry' ? remedy.remedy : remedy.kind === 'wait' ? 'wait-for-person' : remedy.kind,
      )
    expect([...new Set(kinds)].toSorted()).toStrictEqual(remedyKinds.toSorted())
  })

  it('is not guessed for a cause that this version does not know', () => {
    expect(() => first('eclipse' as Cause)).toThrow('unexpected value: "eclipse"')
  })
})

describe('the words of a remedy', () => {
  const times = (count: number, cause: Cause): readonly Cause[] => Array.from({ length: count }, () => cause)
  const one = { retry: { limit: 1, backoffS: 5 } }

  it.each<readonly [readonly Cause[], Story, string]>([
    [['reclaimed'], {}, 'reclaimed: the same size, in spare (try 1 of 10)'],
    [['reclaimed'], { pools: [spot] }, 'reclaimed: the same size, in spot again (try 1 of 10)'],
    [['host-lost', 'host-lost'], {}, 'host-lost: the same size, in spare (try 2 of 10)'],
    [['reclaimed', 'reclaimed'], {}, 'reclaimed: on-demand after 2 reclaims, in dear (try 2 of 10)'],
    [times(11, 'host-lost'), {}, 'host-lost: given up after 10 further tries for reclaimed or host-lost'],
    [['engine-lost'], {}, 'engine-lost: the same size, in spot again (try 1 of 50)'],
    [times(51, 'engine-lost'), {}, 'engine-lost: given up after 50 further tries for engine-lost'],
    [['out-of-memory'], {}, 'out-of-memory with 512 MiB: again with 1024 MiB (doubling 1 of 3)'],
    [
      ['out-of-memory', 'out-of-memory'],
      { memoryMiB: 3000 },
      'out-of-memory with 3000 MiB: again with 4096 MiB, the most that a pool has (doubling 2 of 3)',
    ],
    [['out-of-memory'], { memoryMiB: 4096 }, 'out-of-memory with 4096 MiB: no pool that it may use has more'],
    [times(4, 'out-of-memory'), { memoryMiB: 2048 }, 'out-of-memory with 2048 MiB: given up after 3 doublings'],
    [['no-capacity', 'no-capacity'], {}, 'no-capacity: the same size, in spare, after 10 s (try 2 of 3)'],
    [times(4, 'start-failed'), {}, 'start-failed: given up after 3 further tries for start-failed'],
    [['timed-out'], {}, 'timed-out after 60 s: again with 120 s, after 5 s (retry 1 of 2)'],
    [['timed-out'], { timeoutS: null }, 'timed-out: again, after 5 s (retry 1 of 2)'],
    [['timed-out'], { timeoutS: 14 * 86_400 }, 'timed-out: again, after 5 s (retry 1 of 2)'],
    [['user-error'], {}, 'user-error: again, after 5 s (retry 1 of 2)'],
    [
      ['user-error'],
      { pools: pools.filter(({ id }) => id !== 'spot') },
      'user-error: again, in spare, after 5 s (retry 1 of 2)',
    ],
    [['reclaimed', 'reclaimed', 'user-error'], {}, 'user-error: again, on-demand in dear, after 5 s (retry 1 of 2)'],
    [['user-error'], { definition: { retry: { limit: 0, backoffS: 5 } } }, 'user-error: no retries asked for'],
    [['user-error', 'unknown', 'timed-out'], {}, 'timed-out after 60 s: all 2 retries are spent'],
    [['user-error', 'no-quorum'], { definition: one }, 'no-quorum: the one retry is spent'],
    [
      ['user-error'],
      { definition: { retry: { limit: 2, backoffS: 5, on: ['timed-out', 'unknown'] } } },
      'user-error: not one of the causes to try again (timed-out, unknown)',
    ],
    [['image'], {}, 'image: another try would end the same'],
    [['over-budget'], {}, 'over-budget: there is no money left for another try'],
    [
      ['user-error'],
      { definition: { idempotent: false } },
      'user-error: it had started and is not idempotent: never run again',
    ],
    [
      ['user-error'],
      { definition: { idempotent: false }, untold: true },
      'user-error: it had started and is not idempotent: it may have done its work',
    ],
    [
      ['host-lost'],
      { definition: { idempotent: false } },
      'host-lost: it had started and is not idempotent: it may have done its work',
    ],
  ])('after %o', (so, story, words) => {
    expect(remedyFor(after(so, story)).words).toBe(words)
  })
})

describe('retries', () => {
  it('end when the limit is spent, with a backoff that doubles, up to an hour', () => {
    const delays = (backoffS: number) =>
      [1, 2, 3, 4, 5].map((count) => {
        const so = Array.from({ length: count }, (): Cause => 'user-error')
        const remedy = remedyFor(after(so, { definition: { retry: { limit: 4, backoffS } } }))
        return remedy.kind === 'retry' ? remedy.delayS : remedy.kind
      })
    expect(delays(5)).toStrictEqual([5, 10, 20, 40, 'give-up'])
    expect(delays(1000)).toStrictEqual([1000, 2000, 3600, 3600, 'give-up'])
  })

  it('are given only for the causes that the user names; what is not the user’s has its own', () => {
    const definition = { retry: { limit: 2, backoffS: 0, on: ['timed-out'] } } as const
    expect(first('user-error', { definition }).kind).toBe('give-up')
    expect(first('timed-out', { definition }).kind).toBe('retry')
    expect(first('reclaimed', { definition }).kind).toBe('retry')
    expect(first('out-of-memory', { definition }).kind).toBe('retry')
  })

  it('are spent by an attempt without a cause, and not by one that a person forced', () => {
    const before = (remedy: 'again' | 'wait-for-person'): FailedAttempt['before'] =>
      [1, 2].map(() => ({ failure: null, remedy }))
    expect(remedyFor({ ...after(['user-error']), before: before('again') }).kind).toBe('give-up')
    expect(remedyFor({ ...after(['user-error']), before: before('wait-for-person') }).kind).toBe('retry')
  })
})

describe('more of what ran out', () => {
  const of = (remedy: Remedy) =>
    remedy.kind === 'retry'
      ? remedy.slots.map(({ variant, pool, resources, timeoutS }) => [variant, pool, resources.memoryMiB, timeoutS])
      : remedy.kind

  it('is for every clone of the same kind, and says so', () => {
    const remedy = first('out-of-memory', { slots: 'spot! dear spare?' })
    expect(of(remedy)).toStrictEqual([
      [null, 'spot', 1024, 60],
      [null, 'dear', 1024, 60],
      [null, 'spare', 1024, 60],
    ])
    expect(remedy).toMatchObject({ slots: [{ reason: '1024 MiB after out-of-memory with 512 MiB' }, {}, {}] })
  })

  it('is for the variants that it was too little for', () => {
    const story = { slots: 'spot! dear', variants: ['forest', 'zscore'] }
    expect(of(first('out-of-memory', story))).toStrictEqual([
      ['forest', 'spot', 1024, 60],
      ['zscore', 'dear', 512, 60],
    ])
    expect(of(first('timed-out', story))).toStrictEqual([
      ['forest', 'spot', 512, 120],
      ['zscore', 'dear', 512, 60],
    ])
  })

  it('is for every clone when none of them failed so', () => {
    expect(of(first('out-of-memory', { slots: 'spot dear' }))).toStrictEqual([
      [null, 'spot', 1024, 60],
      [null, 'dear', 1024, 60],
    ])
  })

  it('leaves a clone without a limit as it is', () => {
    const attempt = after(['timed-out'], { slots: 'spot! dear' })
    const slots = attempt.slots.map((slot, clone) => (clone === 1 ? { ...slot, timeoutS: null } : slot))
    const remedy = remedyFor({ ...attempt, slots })
    expect(of(remedy)).toStrictEqual([
      [null, 'spot', 512, 120],
      [null, 'dear', 512, null],
    ])
    expect(remedy.words).toBe(
      'timed-out after 60 s and no limit: again with 120 s and no limit, after 5 s (retry 1 of 2)',
    )
  })

  it('is in a pool that has it', () => {
    const small = aPool('small', { memoryMiB: 1000 })
    const large = aPool('large', { memoryMiB: 9000, startDelayS: 60 })
    const story = { pools: [small, large], slots: 'small!', memoryMiB: 600 }
    expect(of(first('out-of-memory', story))).toStrictEqual([[null, 'large', 1200, 60]])
    const wish = { ...story, definition: { pool: { tier: 'cold' } } } as const
    expect(of(first('out-of-memory', wish))).toBe('give-up')
  })

  it('is twice what the clone was given where that was more than it asked for', () => {
    const fargate = aPool('fargate', { vcpus: 1, memoryMiB: 60_000, platform: { kind: 'FARGATE' } })
    const story = { pools: [fargate], slots: 'fargate!', pool: 'fargate' }
    const remedy = first('out-of-memory', { ...story, memoryMiB: 1500 })
    expect(of(remedy)).toStrictEqual([[null, 'fargate', 4096, 60]])
    expect(remedy.words).toBe('out-of-memory with 2048 MiB: again with 4096 MiB (doubling 1 of 3)')
  })

  it('stops at what the platform has: a size of Fargate, a host of EC2', () => {
    const fargate = aPool('spot', { vcpus: 1, memoryMiB: 60_000, platform: { kind: 'FARGATE' } })
    const hosts = [{ vcpus: 2, memoryMiB: 7000, gpus: 0 }]
    const ec2 = aPool('spot', { vcpus: 64, memoryMiB: 60_000, platform: { kind: 'EC2', hosts } })
    expect(of(first('out-of-memory', { pools: [fargate], memoryMiB: 5000 }))).toStrictEqual([[null, 'spot', 8192, 60]])
    expect(first('out-of-memory', { pools: [fargate], memoryMiB: 7500 }).words).toBe(
      'out-of-memory with 8192 MiB: no pool that it may use has more',
    )
    expect(first('out-of-memory', { pools: [ec2], memoryMiB: 4000 }).words).toBe(
      'out-of-memory with 4000 MiB: again with 7000 MiB, the most that a pool has (doubling 1 of 3)',
    )
    expect(of(first('out-of-memory', { pools: [ec2], memoryMiB: 7000 }))).toBe('give-up')
  })
})

describe('the places of the next attempt', () => {
  it.each<readonly [string, readonly Cause[], string, string]>([
    ['a lost clone goes to the best other pool', ['reclaimed'], 'spot!', 'spare'],
    ['clones elsewhere stay where they are', ['reclaimed'], 'spot! dear', 'spare dear'],
    ['and are not joined there', ['reclaimed'], 'spot! spare', 'dear spare'],
    ['several move apart from each other', ['reclaimed'], 'spot! spot!', 'spare dear'],
    ['and round again when pools are few', ['reclaimed'], 'spot! spot! spot! spot!', 'spare dear dearest spare'],
    ['no clone stays where one was lost', ['reclaimed'], 'spot! spare!', 'dear dearest'],
    ['a standby slot moves like any other', ['reclaimed'], 'spot! spot?', 'spare dear?'],
    ['a failure of its own stays', ['user-error'], 'spot!', 'spot'],
    ['one reclaim: on spot still', ['host-lost', 'reclaimed'], 'spot!', 'spare'],
    ['two reclaims: on-demand', ['reclaimed', 'reclaimed'], 'spot!', 'dear'],
    ['for all of its clones', ['reclaimed', 'reclaimed'], 'spot! spare', 'dear dearest'],
    ['and for good, whatever fails next', ['reclaimed', 'reclaimed', 'user-error'], 'spot!', 'dear'],
    ['the loss of the engine after it changes nothing', ['reclaimed', 'reclaimed', 'engine-lost'], 'spot!', 'dear'],
  ])('%s', (_, so, slots, expected) => {
    expect(short(remedyFor(after(so, { slots })))).toBe(expected)
  })

  it.each<readonly [string, Story, string]>([
    ['the only pool there is', { pools: [spot] }, 'again: spot at once'],
    [
      'spot alone, when the user wants spot',
      { definition: { pool: { purchase: 'spot' } } },
      'elsewhere: spare at once',
    ],
    ['no pool any more', { pools: [] }, 'again: spot at once'],
    ['on-demand', { pools }, 'on-demand: dear at once'],
  ])('after two reclaims are %s', (_, story, expected) => {
    expect(when(remedyFor(after(['reclaimed', 'reclaimed'], story)))).toBe(expected)
  })

  it.each([
    ['leave it, even an on-demand one', pools, 'elsewhere: dearest at once'],
    [
      'come back to it when it is the only one',
      pools.filter(({ id }) => id === 'dear' || id === 'spot'),
      'again: dear at once',
    ],
  ])('after the loss of a host on demand %s', (_, from, expected) => {
    const so = ['reclaimed', 'reclaimed', 'host-lost'] as const
    expect(when(remedyFor(after(so, { pools: from, slots: 'dear!', pool: 'dear' })))).toBe(expected)
  })

  it('say from where they were moved, and keep their reason otherwise', () => {
    expect(first('reclaimed', { slots: 'spot! dear' })).toMatchObject({
      slots: [{ reason: 'moved from spot, after reclaimed' }, { reason: 'as planned' }],
    })
    expect(remedyFor(after(['reclaimed', 'reclaimed'], { slots: 'spot! dear' }))).toMatchObject({
      slots: [{ reason: 'moved from spot, on-demand after 2 reclaims' }, { reason: 'as planned' }],
    })
  })
})
