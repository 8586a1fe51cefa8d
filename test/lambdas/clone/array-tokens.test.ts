import { describe, expect, it } from 'vitest'
import { signedCloneTokens } from '#adapters/tokens/signed-clone-tokens.ts'
import type { CloneCall } from '#contract/clone-requests.ts'
import { completedToken } from '#contract/completed-token.ts'
import { namesOf } from '#core/dispatch/array-groups.ts'
import { membersText } from '#core/dispatch/array-members.ts'
import { arrayPartOf } from '#core/dispatch/job-names.ts'
import { slotKey } from '#core/run/ids.ts'
import type { ArrayClaims } from '#ports/clone-tokens.ts'
import { type Clone, type CloneBench, calls, cloneBench, keyOf } from '../../builders/clone-bench.ts'
import { slotRef } from '../../builders/rig.ts'

const clone = 'A/1/0'

/** Clones whose jobs are one array. */
async function arrayBench(): Promise<CloneBench> {
  return cloneBench(
    [keyOf('a')],
    {},
    {
      names: async (clones) =>
        namesOf(
          clones.map(({ slot }) => ({ slot, shape: 'one' })),
          { members: 10, letters: 200 },
        ),
    },
  )
}

/** What the token of a run's array says, and where a clone is in it. */
async function arrayOf({ engine, run: first }: CloneBench, of: Clone = clone, run = first) {
  const rows = await engine.store.rows.list(run, 'slot', { limit: 10 })
  const placed = rows.items.flatMap(({ value }) => {
    const part = value.job === null ? undefined : arrayPartOf(value.job)
    return part === undefined ? [] : [{ ...part, slot: slotRef(run, slotKey(value)), key: slotKey(value) }]
  })
  const sorted = placed.toSorted((a, b) => a.index - b.index)
  const claims: ArrayClaims = {
    array: placed[0]?.array ?? '',
    run,
    members: membersText(sorted.map(({ slot }) => slot)),
    expiresAtMs: engine.clock.nowMs() + 60_000,
  }
  return { claims, index: sorted.findIndex(({ key }) => key === of), size: sorted.length }
}

describe('the token of an array', () => {
  it.each(calls)('that its index completes is taken for that of a clone to %s', async (call) => {
    const bench = await arrayBench()
    for (const of of ['A/1/0', 'A/1/1', 'B/1/0'] as const) {
      const { claims, index, size } = await arrayOf(bench, of)
      expect(size).toBe(3)
      const token = completedToken(bench.tokens.issueToArray(claims), index)
      expect((await bench.ask(call, token, await bench.bodyOf(bench.run, of, call))).status).toBe(200)
    }
  })

  const wrong: Readonly<Record<string, (bench: CloneBench) => Promise<string>>> = {
    'without an index': async (bench) => bench.tokens.issueToArray((await arrayOf(bench)).claims),
    'with the index of a sibling': async (bench) => ofClone(bench, 'A/1/1'),
    'with the index of another task’s clone': async (bench) => ofClone(bench, 'B/1/0'),
    'with an index that nobody has': async (bench) => at(bench, '3'),
    'with an index in another spelling': async (bench) => at(bench, '00'),
    'with an index below nothing': async (bench) => at(bench, '-0'),
    'with two indexes': async (bench) => at(bench, '0.0'),
    'with an index that is none': async (bench) => at(bench, 'NaN'),
    'that has expired': async (bench) => {
      const { claims, index } = await arrayOf(bench)
      return completedToken(bench.tokens.issueToArray({ ...claims, expiresAtMs: bench.engine.clock.nowMs() }), index)
    },
    'of another run': async (bench) => {
      const { claims, index } = await arrayOf(bench, clone, bench.other)
      return completedToken(bench.tokens.issueToArray(claims), index)
    },
    'of an earlier array that the clone was in': async (bench) => {
      const { claims, index } = await arrayOf(bench)
      return completedToken(bench.tokens.issueToArray({ ...claims, array: `${claims.array}0` }), index)
    },
    'of another array with this one’s name, where the clone is elsewhere': async (bench) => {
      const { claims, index } = await arrayOf(bench)
      const members = claims.members.split(' ').toReversed().join(' ')
      return completedToken(bench.tokens.issueToArray({ ...claims, members }), index)
    },
    'that another key has signed': async (bench) => {
      const { claims, index } = await arrayOf(bench)
      return completedToken(signedCloneTokens([keyOf('z')]).issueToArray(claims), index)
    },
    'whose form says that it is a clone’s own': async (bench) => (await good(bench)).replace('fca1', 'fct1'),
    'that was cut': async (bench) => {
      const { claims, index } = await arrayOf(bench)
      return completedToken(bench.tokens.issueToArray(claims).slice(0, -1), index)
    },
  }
  const refusals = Object.entries(wrong).flatMap(([name, token]) => calls.map((call) => ({ name, call, token })))

  it.each(refusals)('$name is refused to $call, and changes nothing', async ({ call, token }) => {
    const bench = await arrayBench()
    const before = await bench.stored()
    const said = await bench.ask(call, await token(bench), await bench.bodyOf(bench.run, clone, call))
    expect(said).toMatchObject({ status: 403, json: { code: 'CLONE-TOKEN' } })
    expect(await bench.stored()).toStrictEqual(before)
  })

  it.each<CloneCall>(calls)('lets nobody %s for a clone of it that works', async (call) => {
    const bench = await arrayBench()
    const body = { ...(await bench.bodyOf(bench.run, clone, call)), holder: 'a thief' }
    const before = await bench.stored()
    expect(await bench.ask(call, await good(bench), body)).toMatchObject({
      status: 403,
      json: { code: 'CLONE-HOLDER' },
    })
    expect(await bench.stored()).toStrictEqual(before)
  })

  async function at(bench: CloneBench, index: string): Promise<string> {
    return `${bench.tokens.issueToArray((await arrayOf(bench)).claims)}.${index}`
  }

  async function ofClone(bench: CloneBench, of: Clone): Promise<string> {
    const { claims, index } = await arrayOf(bench, of)
    return completedToken(bench.tokens.issueToArray(claims), index)
  }

  const good = (bench: CloneBench): Promise<string> => ofClone(bench, clone)
})
