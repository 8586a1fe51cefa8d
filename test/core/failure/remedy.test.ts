import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causes, isPlatformCause, type Cause } from '#core/failure/cause.ts'
import { remedyFor, type FailedAttempt, type Remedy } from '#core/failure/remedy.ts'
import type { Placement, PlannedSlot } from '#core/planning/plan.ts'
import { predict } from '#core/prediction/predict.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { task } from '../../builders/dag.ts'
import { poolSets } from '../planning/random-pools.ts'
import { aPool } from '../pools/a-pool.ts'

const resources = { vcpus: 1, memoryMiB: 64, gpus: 0 }
const spot = aPool('spot', { purchase: 'spot', price: { usdPerVcpuHour: 0.01, usdPerGiBHour: 0, usdPerGpuHour: 0 } })
const spare = { ...spot, id: 'spare', startDelayS: 60 }
const dear = aPool('dear', { startDelayS: 90 })
const dearest = aPool('dearest', { startDelayS: 180 })
const pools = [dearest, dear, spare, spot]

/** Slots in short: `spot`, or `spare?` for one on standby. */
const planned = (slots: string): readonly PlannedSlot[] =>
  slots.split(' ').map((word) => ({
    kind: word.endsWith('?') ? 'standby' : 'active',
    pool: word.replace('?', ''),
    reason: 'as planned',
  }))
const short = (remedy: Remedy): string =>
  remedy.kind === 'give-up'
    ? 'give up'
    : remedy.slots.map(({ kind, pool }) => (kind === 'active' ? pool : `${pool}?`)).join(' ')

function failed(
  so: readonly Cause[],
  overrides: Partial<FailedAttempt> & { readonly slots?: string; readonly definition?: Partial<Task> } = {},
): FailedAttempt {
  const { slots = 'spot', definition = {}, ...rest } = overrides
  const placement: Placement = {
    task: 'A',
    resources,
    slots: planned(slots),
    hedgeAfterS: null,
    rank: 1,
    onCriticalPath: true,
    predicted: predict([], { durationS: 60 }, resources),
    reason: 'as planned',
  }
  return {
    task: task('A', { retry: { limit: 2, backoffS: 5 }, ...definition }),
    placement,
    pools,
    priority: 10,
    attempts: so.map((cause) => ({ cause })),
    cause: so.at(-1) as Cause,
    pool: 'spot',
    ...rest,
  }
}

describe('the remedy of a first failure', () => {
  /** With two retries asked for; without; and for a task that must not run twice. */
  const table: Readonly<Record<Cause, readonly [string, string, string]>> = {
    reclaimed: ['spare at once', 'spare at once', 'give up'],
    'host-lost': ['spare at once', 'spare at once', 'give up'],
    'engine-lost': ['spot at once', 'spot at once', 'give up'],
    'out-of-memory': ['spot after 5 s', 'give up', 'give up'],
    'out-of-disk': ['spot after 5 s', 'give up', 'give up'],
    'timed-out': ['spot after 5 s', 'give up', 'give up'],
    'start-failed': ['spot after 5 s', 'give up', 'give up'],
    image: ['give up', 'give up', 'give up'],
    'no-capacity': ['spot after 5 s', 'give up', 'give up'],
    'bad-input': ['give up', 'give up', 'give up'],
    'bad-output': ['spot after 5 s', 'give up', 'give up'],
    'validator-rejected': ['spot after 5 s', 'give up', 'give up'],
    'no-quorum': ['give up', 'give up', 'give up'],
    'user-error': ['spot after 5 s', 'give up', 'give up'],
    'in-doubt': ['give up', 'give up', 'give up'],
    unknown: ['spot after 5 s', 'give up', 'give up'],
  }
  const when = (remedy: Remedy): string =>
    remedy.kind === 'give-up'
      ? 'give up'
      : `${short(remedy)} ${remedy.delayS === 0 ? 'at once' : `after ${remedy.delayS} s`}`

  it.each(causes)('by %s', (cause) => {
    const none = { retry: { limit: 0, backoffS: 5 } }
    const remedies = [{}, none, { ...none, idempotent: false }].map((definition) =>
      when(remedyFor(failed([cause], { definition }))),
    )
    expect(remedies).toStrictEqual(table[cause])
  })

  it.each([
    [['user-error'], { retry: { limit: 0, backoffS: 5 } }, 'no retries asked for'],
    [['user-error'], {}, 'user-error: retry 1 of 2 after 5 s'],
    [['user-error', 'unknown', 'timed-out'], {}, 'all 2 retries are spent'],
    [['bad-input'], {}, 'bad-input: another try would end the same'],
    [['reclaimed'], {}, 'reclaimed: the same size, in spare'],
    [['host-lost'], {}, 'host-lost: the same size, in spare'],
    [['engine-lost'], {}, 'engine-lost: the same size, in spot'],
    [['reclaimed', 'reclaimed'], {}, 'reclaimed: on-demand after 2 reclaims, in dear'],
    [['reclaimed'], { idempotent: false }, 'not idempotent: never run again silently'],
    [Array.from({ length: 10 }, () => 'host-lost' as const), {}, 'lost to the platform 10 times'],
  ] as const)('after %o says: %2$s', (so, definition, words) => {
    expect(remedyFor(failed(so, { definition })).words).toBe(words)
  })
})

describe('retries', () => {
  it('end when the limit is spent, with a backoff that doubles', () => {
    const delays = [1, 2, 3, 4, 5].map((count) => {
      const so = Array.from({ length: count }, (): Cause => 'user-error')
      const remedy = remedyFor(failed(so, { definition: { retry: { limit: 4, backoffS: 5 } } }))
      return remedy.kind === 'retry' ? remedy.delayS : 'give up'
    })
    expect(delays).toStrictEqual([5, 10, 20, 40, 'give up'])
  })

  it('are not spent by the platform: it may lose nine attempts and the user still has them all', () => {
    const lost = Array.from({ length: 9 }, (): Cause => 'host-lost')
    expect(remedyFor(failed(lost)).kind).toBe('retry')
    expect(remedyFor(failed([...lost, 'user-error']))).toMatchObject({ kind: 'retry', delayS: 5 })
    expect(remedyFor(failed([...lost, 'host-lost'])).kind).toBe('give-up')
  })

  it('go by the number of causes of each kind, whatever their order', () => {
    const histories = fc.array(
      fc.constantFrom<Cause>('reclaimed', 'host-lost', 'engine-lost', 'user-error', 'unknown'),
      {
        minLength: 1,
        maxLength: 14,
      },
    )
    fc.assert(
      fc.property(histories, (so) => {
        const lost = so.filter(isPlatformCause).length
        const own = so.length - lost
        const byPlatform = isPlatformCause(so.at(-1) as Cause)
        const gone = byPlatform ? lost >= 10 : own > 2
        const delayS = byPlatform ? 0 : 5 * 2 ** (own - 1)
        expect(remedyFor(failed(so))).toMatchObject(gone ? { kind: 'give-up' } : { kind: 'retry', delayS })
      }),
    )
  })

  it('count an attempt whose cause nobody wrote down as the task’s own', () => {
    const attempts = [{ cause: null }, { cause: null }, { cause: 'user-error' }] as const
    expect(remedyFor(failed(['user-error'], { attempts })).kind).toBe('give-up')
  })
})

describe('the places of the next attempt', () => {
  it.each([
    ['a lost clone goes to the best other pool', ['reclaimed'], 'spot', 'spare'],
    ['clones elsewhere stay where they are', ['reclaimed'], 'spot dear', 'spare dear'],
    ['and are not joined there', ['reclaimed'], 'spot spare', 'dear spare'],
    ['several move apart from each other', ['reclaimed'], 'spot spot', 'spare dear'],
    ['and round again when pools are few', ['reclaimed'], 'spot spot spot spot', 'spare dear dearest spare'],
    ['a standby slot moves like any other', ['reclaimed'], 'spot spot?', 'spare dear?'],
    ['a failure of its own stays', ['user-error'], 'spot', 'spot'],
    ['one reclaim: on spot still', ['host-lost', 'reclaimed'], 'spot', 'spare'],
    ['two reclaims: on-demand', ['reclaimed', 'reclaimed'], 'spot', 'dear'],
    ['for all of its clones', ['reclaimed', 'reclaimed'], 'spot spare', 'dear dearest'],
    ['and for good, whatever fails next', ['reclaimed', 'reclaimed', 'user-error'], 'spot', 'dear'],
    ['the loss of the engine after it changes nothing', ['reclaimed', 'reclaimed', 'engine-lost'], 'spot', 'dear'],
  ] as const)('%s', (_, so, slots, expected) => {
    expect(short(remedyFor(failed(so, { slots })))).toBe(expected)
  })

  it.each([
    ['the only pool there is', [spot], {}, 'spot'],
    ['spot alone, when the user wants spot', pools, { pool: { purchase: 'spot' } as const }, 'spare'],
    ['no pool any more', [], {}, 'spot'],
  ])('after two reclaims are %s', (_, from, definition, expected) => {
    expect(short(remedyFor(failed(['reclaimed', 'reclaimed'], { pools: from, definition })))).toBe(expected)
  })

  it.each([
    ['leave it, even an on-demand one', pools, 'dear', 'dearest'],
    ['come back to it when it is the only one', [spot, dear], 'spot', 'dear'],
  ])('after the loss of a host on demand %s', (_, from, slots, expected) => {
    const so = ['reclaimed', 'reclaimed', 'host-lost'] as const
    expect(short(remedyFor(failed(so, { pools: from, slots, pool: 'dear' })))).toBe(expected)
  })

  it('say from where they were moved, and keep their reason otherwise', () => {
    const remedy = remedyFor(failed(['reclaimed'], { slots: 'spot dear' }))
    expect(remedy).toMatchObject({
      slots: [{ reason: 'the same size, moved from spot' }, { reason: 'as planned' }],
    })
  })

  const drawn = fc.record({
    from: poolSets.map((all) => all.map((pool) => ({ ...pool, accelerator: 'cpu' as const }))),
    so: fc.constantFrom<Cause[]>(
      ['reclaimed'],
      ['host-lost'],
      ['engine-lost'],
      ['user-error'],
      ['reclaimed', 'reclaimed'],
    ),
    slots: fc.array(fc.constantFrom('p0', 'p5', 'p3', 'p1?'), { minLength: 1, maxLength: 4 }),
    lostOn: fc.constantFrom('p0', 'p5'),
  })
  const next = ({ from, so, slots, lostOn }: typeof drawn extends fc.Arbitrary<infer T> ? T : never) => {
    const remedy = remedyFor(failed(so, { pools: from, slots: slots.join(' '), pool: lostOn }))
    return remedy.kind === 'retry' ? remedy.slots : []
  }

  it('are as many as planned, of the same kinds, on pools that there are', () => {
    fc.assert(
      fc.property(drawn, (of) => {
        const slots = next(of)
        expect(slots.map(({ kind }) => kind)).toStrictEqual(planned(of.slots.join(' ')).map(({ kind }) => kind))
        expect(of.from.map(({ id }) => id)).toStrictEqual(expect.arrayContaining(slots.map(({ pool }) => pool)))
      }),
    )
  })

  it('are never where the clone was lost, when there is another pool', () => {
    fc.assert(
      fc.property(drawn, fc.constantFrom<Cause>('reclaimed', 'host-lost'), (of, cause) => {
        fc.pre(of.from.length > 1)
        const slots = next({ ...of, so: [cause] })
        expect(slots.map(({ pool }) => pool)).not.toContain(of.lostOn)
      }),
    )
  })
})
