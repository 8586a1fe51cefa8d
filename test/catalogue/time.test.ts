import { describe, expect, test } from 'vitest'
import { dag } from '../builders/dag.ts'
import { from, leaves } from '../operations/drawn.ts'
import { play, resultsOf, runOf, slotsIn, steady } from './play.ts'

const hedge = { kind: 'after', seconds: 5 } as const
const workflow = dag('A -> B', {
  A: { outputs: leaves('out'), clones: 2, hedge },
  B: { inputs: { a: from('A.out') }, outputs: leaves('out'), retry: { limit: 1, backoffS: 5 } },
})

describe('25: clocks', () => {
  test.each([-3600_000, -1000, 1000, 3600_000])('stepping by %d ms in the middle change no result', async (stepMs) => {
    const plain = await play(workflow)
    for (const world of ['machine', 'account'] as const) {
      const stepped = await play(workflow, {
        world,
        meanwhile: [{ afterMs: 7_000, happens: (_world, sim) => (sim.stepMs += stepMs) }],
      })

      expect(stepped.breaches).toStrictEqual([])
      expect(await resultsOf(stepped)).toStrictEqual(await resultsOf(plain))
      for (const { bill } of await slotsIn(stepped)) expect(bill?.billedS ?? 0).toBeGreaterThanOrEqual(0)
    }
  })

  test('that differ from invocation to invocation change no result', async () => {
    const plain = await play(workflow)
    for (const seed of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const skewed = await play(workflow, { chances: { 'clock skewed': 1 }, conditions: { seed } })

      expect(skewed.breaches).toStrictEqual([])
      expect(await resultsOf(skewed)).toStrictEqual(await resultsOf(plain))
    }
  })
})

test.each(['timer early', 'timer late', 'timer twice', 'timer dropped'] as const)(
  '26: every %s: the same results',
  async (fault) => {
    const plain = await play(workflow)
    const played = await play(workflow, { chances: { [fault]: 1 } })

    expect(played.breaches).toStrictEqual([])
    expect(played.sim.faults.of(fault)).toBeGreaterThan(0)
    expect(await resultsOf(played)).toStrictEqual(await resultsOf(plain))
  },
)

describe('27: renewals', () => {
  const long = dag('A', { A: { outputs: leaves('out') } })
  const slow =
    (objects: Parameters<typeof steady>[0]) =>
    async (...args: Parameters<ReturnType<typeof steady>>) => ({
      ...(await steady(objects)(...args)),
      takesS: 1000,
    })

  test('that come keep a lease that is much shorter than the work', async () => {
    const played = await play(long, { script: slow })

    expect(played.breaches).toStrictEqual([])
    expect((await slotsIn(played)).map(({ state }) => state)).toStrictEqual(['won'])
  })

  test('that never come lose it, and another clone does the work', async () => {
    const played = await play(long, { script: slow, chances: { 'agent stands still past its lease': 1 } })

    expect(played.breaches).toStrictEqual([])
    expect((await slotsIn(played))[0]?.failure?.cause).toBe('host-lost')
    expect((await runOf(played)).state).toBe('succeeded')
  })

  test('that come after the attempt is decided end the clone', async () => {
    const played = await play(dag('A', { A: { outputs: leaves('out'), clones: 2 } }), {
      conditions: { rejects: { 'pools.terminate': 1 } },
      script: (objects) => async (slot, assignment) => ({
        ...(await steady(objects)(slot, assignment)),
        takesS: slot.clone === 0 ? 10 : 100_000,
      }),
    })

    expect(played.breaches).toStrictEqual([])
    expect((await runOf(played)).state).toBe('succeeded')
    expect(played.endedMs).toBeLessThan(180_000)
  })
})
