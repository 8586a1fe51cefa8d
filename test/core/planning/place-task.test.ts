import { describe, expect, it } from 'vitest'
import { placeTask, type TaskContext } from '#core/planning/place-task.ts'
import type { Placement } from '#core/planning/plan.ts'
import { predict } from '#core/prediction/predict.ts'
import type { Basis, Prediction, Sample } from '#core/prediction/prediction.ts'
import type { Hedge, Task } from '#core/workflow/workflow.ts'
import { task } from '../../builders/dag.ts'
import { aPool } from '../pools/a-pool.ts'
import { aSample } from '../prediction/a-sample.ts'

/** Three pools, a before b before c, which start in 2, 20 and 200 seconds. */
const pools = ['a', 'b', 'c'].map((id, index) => aPool(id, { startDelayS: 2 * 10 ** index }))
const took = (...seconds: readonly number[]): readonly Sample[] => seconds.map((runningS) => aSample({ runningS }))

function context(overrides: Partial<TaskContext> = {}): TaskContext {
  const samples = overrides.samples ?? []
  return {
    pools,
    samples,
    prediction: predict(samples, {}, { vcpus: 1, memoryMiB: 64, gpus: 0 }),
    policy: { cloning: true, hedging: true },
    priority: 50,
    budgetUsd: null,
    onCriticalPath: false,
    hurry: 1,
    pathToEndS: 100,
    ...overrides,
  }
}

function placed(definition: Partial<Task>, overrides: Partial<TaskContext> = {}): Placement {
  const result = placeTask(task('A', definition), context(overrides))
  if (!result.ok) throw new Error(result.error)
  return result.value
}

/** The slots in short: `a`, or `b?` for one on standby. */
function slots(placement: Placement): string {
  return placement.slots.map(({ kind, pool }) => (kind === 'active' ? pool : `${pool}?`)).join(' ')
}

describe('the placement of a task', () => {
  it('says in words that a clone is given more than it asks for, and counts that', () => {
    const fargate = aPool('fargate', { platform: { kind: 'FARGATE' } })
    const asked = { resources: { vcpus: 0.5, memoryMiB: 700, gpus: 0 } }
    const { slots: planned, reason } = placed(asked, { pools: [fargate] })
    const words = '0.5 vCPUs with 700 MiB are 0.5 vCPUs with 1024 MiB on Fargate, the next size that it has'
    expect(reason).toContain(`USD, ${words}; off the critical path`)
    expect(planned).toMatchObject([{ reason: expect.stringContaining(`USD, ${words} (`), ...asked }])
  })

  it('names what one clone may have at most where no pool takes a task', () => {
    const pool = { vcpus: 64, memoryMiB: 200_000 }
    const small = { vcpus: 2, memoryMiB: 15_000, gpus: 0 }
    const hosts = [small, { vcpus: 16, memoryMiB: 7000, gpus: 0 }]
    const there = [
      aPool('ec2', { ...pool, platform: { kind: 'EC2', hosts } }),
      aPool('none', { ...pool, platform: { kind: 'EC2', hosts: [] } }),
      aPool('fargate', { ...pool, platform: { kind: 'FARGATE' } }),
    ]
    const result = placeTask(task('A', { resources: { vcpus: 17, memoryMiB: 64, gpus: 0 } }), context({ pools: there }))
    expect(result).toStrictEqual({
      ok: false,
      error:
        'no pool takes task A: it asks for 17 vCPU, 64 MiB, 0 GPU on any pool; there are ' +
        'ec2 (64 vCPU, 200000 MiB, 0 GPU; one host at most 2 vCPU, 15000 MiB, 0 GPU, or 16 vCPU, 7000 MiB, 0 GPU), ' +
        'none (64 vCPU, 200000 MiB, 0 GPU; one host at most nothing), ' +
        'fargate (64 vCPU, 200000 MiB, 0 GPU; Fargate at most 16 vCPU, 122880 MiB, 0 GPU)',
    })
  })

  it('says all that the plan knows of it', () => {
    const prediction = predict(took(10, 10, 10), {}, { vcpus: 1, memoryMiB: 64, gpus: 0 })
    expect(placed({ clones: 2 }, { samples: took(10, 10, 10), prediction, onCriticalPath: true })).toStrictEqual({
      task: 'A',
      slots: [
        {
          kind: 'active',
          pool: 'a',
          reason:
            'best of the pools that fit: hot on-demand, starts in 2 s, done in about 12 s for 0.000111 USD (2 clones, as asked)',
          variant: null,
          resources: { vcpus: 1, memoryMiB: 64, gpus: 0 },
          timeoutS: null,
        },
        {
          kind: 'active',
          pool: 'b',
          reason: 'clone 1: hot on-demand, starts in 20 s, done in about 30 s for 0.000111 USD (2 clones, as asked)',
          variant: null,
          resources: { vcpus: 1, memoryMiB: 64, gpus: 0 },
          timeoutS: null,
        },
      ],
      hedgeAfterS: null,
      rank: 50e12 + 100,
      onCriticalPath: true,
      predicted: prediction,
      reason:
        'a: hot on-demand, starts in 2 s, done in about 12 s for 0.000111 USD; on the critical path; p50 10 s from 3 past clones; 2 clones, as asked; no hedge, as asked',
    })
  })
})

describe('clones', () => {
  const risky = took(10, 10, 90)
  const off = { cloning: false, hedging: true }

  it.each([
    ['one', { clones: 1 }, {}, 'a', 'one clone'],
    ['two', { clones: 2 }, {}, 'a b', '2 clones, as asked'],
    ['three, over as many pools', { clones: 3 }, {}, 'a b c', '3 clones, as asked'],
    ['five, round and round when pools are few', { clones: 5 }, {}, 'a b c a b', '5 clones, as asked'],
    ['auto, off the critical path', { clones: 'auto' }, {}, 'a', 'one clone: not risky, not on the critical path'],
    ['auto, on it', { clones: 'auto' }, { onCriticalPath: true }, 'a b', '2 clones: a slow one would delay the run'],
    ['auto, risky', { clones: 'auto' }, { samples: risky }, 'a b', '2 clones: its slowest clones take'],
    ['three, cloning switched off', { clones: 3 }, { policy: off }, 'a', 'cloning is switched off'],
    ['three, not idempotent', { clones: 3, idempotent: false }, {}, 'a', 'never cloned: not idempotent'],
  ] as const)('%s: %o', (_, definition, overrides, expected, why) => {
    const placement = placed(definition, overrides)
    expect(slots(placement)).toBe(expected)
    expect(placement.reason).toContain(why)
    expect(placement.slots[0]?.reason).toContain(why)
  })
})

describe('hedges', () => {
  const resources = { vcpus: 1, memoryMiB: 64, gpus: 0 }
  const bases = {
    none: predict([], {}, resources),
    estimate: predict([], { durationS: 20 }, resources),
    history: predict(took(10, 10, 10, 10, 20), {}, resources),
    short: predict(took(0.1, 0.2, 0.3), {}, resources),
  } as const
  const kinds = {
    off: { kind: 'off' },
    auto: { kind: 'auto' },
    'quantile 0.5': { kind: 'quantile', quantile: 0.5 },
    'quantile 0.9': { kind: 'quantile', quantile: 0.9 },
    'after 30 s': { kind: 'after', seconds: 30 },
  } as const satisfies Record<string, Hedge>

  /** Seconds after dispatch, the start delay of 2 s included. */
  it.each([
    // hedge          none  estimate  history
    ['off', 1, [null, null, null]],
    ['off', 2, [null, null, null]],
    ['auto', 1, [null, 32, 18]],
    ['auto', 2, [null, null, null]],
    ['quantile 0.5', 1, [12, 22, 12]],
    ['quantile 0.9', 1, [62, 32, 18]],
    ['quantile 0.9', 2, [62, 32, 18]],
    ['after 30 s', 1, [32, 32, 32]],
    ['after 30 s', 2, [32, 32, 32]],
  ] as const)('%s of %d: after %o', (hedge, clones, [none, estimate, history]) => {
    for (const [basis, afterS] of Object.entries({ none, estimate, history })) {
      const prediction = bases[basis as keyof typeof bases]
      const placement = placed({ hedge: kinds[hedge], clones }, { prediction })
      expect([basis, placement.hedgeAfterS]).toStrictEqual([basis, afterS])
      expect(placement.slots.filter(({ kind }) => kind === 'standby')).toHaveLength(afterS === null ? 0 : 1)
    }
  })

  it.each([
    ['off', {}, {}, 'no hedge, as asked'],
    ['auto', {}, { prediction: bases.none }, 'no hedge: neither history nor an estimate to tell slow'],
    ['auto', { clones: 2 }, { prediction: bases.history }, 'no hedge: its clones race already'],
    ['auto', {}, { prediction: bases.history }, 'hedge after 18 s (start delay and p90)'],
    ['auto', {}, { prediction: bases.short }, 'hedge after 3 s (start delay and the least of 1 s)'],
    ['after 30 s', {}, {}, 'hedge after 30 s of work, as asked'],
    ['after 30 s', { idempotent: false }, {}, 'never hedged: not idempotent'],
    ['after 30 s', {}, { policy: { cloning: true, hedging: false } }, 'hedging is switched off'],
  ] as const)('%s says why: %4$s', (hedge, definition, overrides, why) => {
    const placement = placed({ hedge: kinds[hedge], ...definition }, overrides)
    expect(placement.reason).toContain(why)
    const standby = placement.slots.filter(({ kind }) => kind === 'standby')
    for (const { reason } of standby) expect(reason).toContain(why)
  })

  it('name fine quantiles as they are', () => {
    expect(placed({ hedge: { kind: 'quantile', quantile: 0.999 } }).reason).toContain('start delay and p99.9)')
  })

  it.each([
    [1, pools, 'a b?'],
    [2, pools, 'a b c?'],
    [3, pools, 'a b c a?'],
    [1, pools.slice(0, 1), 'a a?'],
  ] as const)('of %d clones stand by where no clone is, if there is such a pool', (clones, from, expected) => {
    const hedge = { kind: 'after', seconds: 30 } as const
    expect(slots(placed({ clones, hedge }, { pools: from }))).toBe(expected)
  })
})

describe('clones that a result is made of', () => {
  const off = { policy: { cloning: false, hedging: true } }
  const quorum = { policy: 'quorum', of: 2 } as const

  it.each([
    [
      'a quorum, auto: one to spare',
      { aggregate: quorum, clones: 'auto' },
      {},
      'a b c',
      '3 clones: a quorum of 2, and one to spare',
    ],
    [
      'a quorum, auto, cloning switched off',
      { aggregate: quorum, clones: 'auto' },
      off,
      'a b',
      '2 clones for a quorum of 2',
    ],
    ['a quorum of a number', { aggregate: quorum, clones: 3 }, off, 'a b c', '3 clones, as asked, for quorum'],
    [
      'a mean, cloning switched off',
      { aggregate: { policy: 'mean' }, clones: 3 },
      off,
      'a b c',
      '3 clones, as asked, for mean',
    ],
  ] as const)('%s', (_, definition, overrides, expected, why) => {
    const placement = placed(definition, overrides)
    expect(slots(placement)).toBe(expected)
    expect(placement.reason).toContain(why)
  })

  it.each([
    ['mean', { policy: 'mean' }, 'a b'],
    ['median', { policy: 'median' }, 'a b'],
    ['best', { policy: 'best', output: 'o', goal: 'min' }, 'a b'],
    ['all', { policy: 'all' }, 'a b'],
    ['quorum', { policy: 'quorum', of: 1 }, 'a b c?'],
    ['first', { policy: 'first' }, 'a b c?'],
  ] as const)('of %s have a standby slot only where one could be the result', (_, aggregate, expected) => {
    const placement = placed({ aggregate, clones: 2, hedge: { kind: 'after', seconds: 3 } })
    expect(slots(placement)).toBe(expected)
    expect(placement.hedgeAfterS === null).toBe(!expected.includes('?'))
  })
})

describe('variants', () => {
  const size = (memoryMiB: number) => ({ vcpus: 1, memoryMiB, gpus: 0 })
  const variant = (name: string, memoryMiB: number) =>
    ({ name, run: { kind: 'shell', script: name }, resources: size(memoryMiB), env: {} }) as const
  const large = aPool('large', { startDelayS: 500, memoryMiB: 16_384 })
  const variants = [variant('forest', 8192), variant('median', 64), variant('zscore', 64)]
  const definition = { variants, clones: 3, hedge: { kind: 'auto' } } as const

  it('are a clone each, in their order, with their own size on a pool that takes it, apart from each other', () => {
    const placement = placed(definition, { pools: [...pools, large], policy: { cloning: false, hedging: true } })
    expect(placement.slots.map((slot) => [slot.variant, slot.pool, slot.resources.memoryMiB])).toStrictEqual([
      ['forest', 'large', 8192],
      ['median', 'a', 64],
      ['zscore', 'b', 64],
    ])
    expect(placement.slots.map(({ reason }) => reason)).toStrictEqual([
      expect.stringMatching(/^variant forest: .*\(3 variants, as asked\)$/),
      expect.stringMatching(/^variant median: /),
      expect.stringMatching(/^variant zscore: /),
    ])
    expect(placement.reason).toContain('no hedge: its clones are variants')
  })

  it('that no pool takes are named', () => {
    expect(placeTask(task('A', definition), context())).toMatchObject({
      error: expect.stringContaining('no pool takes variant forest of task A: it asks for 1 vCPU, 8192 MiB'),
    })
  })

  it('learn of memory each by themselves', () => {
    const samples = [1, 2, 3].map(() =>
      aSample({ outcome: 'failed', cause: 'out-of-memory', variant: 'median', memoryMiB: 64 }),
    )
    const placement = placed(definition, { pools: [...pools, large], samples })
    expect(placement.slots.map(({ resources }) => resources.memoryMiB)).toStrictEqual([8192, 128, 64])
    expect(placement.reason).toContain(
      'median: 128 MiB instead of 64 MiB: 3 of its last 3 clones ran out of memory with less',
    )
  })
})

describe('what history teaches', () => {
  const short = aSample({
    outcome: 'failed',
    cause: 'out-of-memory',
    memoryMiB: 64,
    remedy: 'more-memory',
    runningS: null,
  })
  const limited = aSample({ outcome: 'failed', cause: 'timed-out', timeoutS: 30, remedy: 'give-up', runningS: null })

  it('is a size for every slot, with the reason and the failures', () => {
    const samples = [aSample({ memoryMiB: 256 }), short, short]
    const placement = placed({ clones: 2, hedge: { kind: 'after', seconds: 1 } }, { samples })
    expect(placement.slots.map(({ resources }) => resources.memoryMiB)).toStrictEqual([256, 256, 256])
    expect(placement.reason).toContain('256 MiB instead of 64 MiB: 2 of its last 3 clones ran out of memory with less')
    expect(placement.reason).toContain('2 of its last 3 clones failed: 2 out-of-memory (then more-memory)')
  })

  it('does not touch a limit that was asked for, and says so', () => {
    const placement = placed({ timeoutS: 30 }, { samples: [limited, limited], budgetUsd: 1 })
    expect(placement.slots[0]?.timeoutS).toBe(30)
    expect(placement.reason).toContain('the limit of 30 s is kept as asked, though 2 of its last 2 clones timed out')
  })

  it('is a limit for every slot of a run with a budget', () => {
    const samples = took(100, 100, 100)
    const prediction = predict(samples, {}, { vcpus: 1, memoryMiB: 64, gpus: 0 })
    const placement = placed({ hedge: { kind: 'after', seconds: 1 } }, { samples, prediction, budgetUsd: 1 })
    expect(placement.slots.map(({ timeoutS }) => timeoutS)).toStrictEqual([200, 200])
    expect(placement.reason).toContain('ended after 200 s (twice its p99, at least 60 s), since the run has a budget')
  })
})

describe('reasons', () => {
  it.each([
    [predict([], {}, { vcpus: 1, memoryMiB: 64, gpus: 0 }), 'nothing known of its duration'],
    [predict([], { durationS: 20 }, { vcpus: 1, memoryMiB: 64, gpus: 0 }), 'p50 20 s as estimated'],
  ])('say what the prediction rests on', (prediction, words) => {
    expect(placed({}, { prediction }).reason).toContain(words)
  })

  it('say where the task is, seen from the critical path', () => {
    expect(placed({}, { onCriticalPath: true }).reason).toContain('; on the critical path;')
    expect(placed({}, { onCriticalPath: false }).reason).toContain('; off the critical path;')
  })

  it.each([
    [{ vcpus: 8 }, {}, 'it asks for 8 vCPU, 64 MiB, 0 GPU on any pool; there are a (4 vCPU, 4096 MiB, 0 GPU)'],
    [{}, { tier: 'cold', purchase: 'spot' }, 'it asks for 1 vCPU, 64 MiB, 0 GPU on cold spot; there are a ('],
    [{ gpus: 2 }, {}, 'it asks for 1 vCPU, 64 MiB, 2 GPU on any pool; there are a ('],
  ] as const)('for no placement name what was asked for, and what there is', (size, pool, words) => {
    const resources = { vcpus: 1, memoryMiB: 64, gpus: 0, ...size }
    const result = placeTask(task('A', { resources, pool }), context({ pools: pools.slice(0, 1) }))
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining(`no pool takes task A: ${words}`) })
  })

  it('for no placement say so when there is no pool at all', () => {
    const result = placeTask(task('A'), context({ pools: [] }))
    expect(result).toMatchObject({ error: expect.stringMatching(/there are none$/) })
  })
})

describe('a placement is not guessed', () => {
  it('for a hedge that this version does not know', () => {
    const hedge = { kind: 'later' } as unknown as Hedge
    expect(() => placed({ hedge })).toThrow('unexpected value: {"kind":"later"}')
  })

  it('for a basis that this version does not know', () => {
    const prediction: Prediction = { ...context().prediction, basis: { kind: 'oracle' } as unknown as Basis }
    expect(() => placed({}, { prediction })).toThrow('unexpected value: {"kind":"oracle"}')
  })
})
