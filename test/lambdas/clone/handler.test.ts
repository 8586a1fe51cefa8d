import { describe, expect, it } from 'vitest'
import { signedCloneTokens } from '#adapters/tokens/signed-clone-tokens.ts'
import type { CloneReport } from '#contract/clone-api.ts'
import { cloneBodyBytes, type CloneCall } from '#contract/clone-requests.ts'
import { change } from '#core/run/record.ts'
import { calls, cloneBench, handlerOf, keyOf, type CloneBench } from '../../builders/clone-bench.ts'
import { cloneEvent } from '../../builders/clone-server.ts'
import { slotRef } from '../../builders/rig.ts'

const clone = 'A/1/0'

/** Tokens that are not this clone's, by what is wrong with them. */
const wrong: Readonly<Record<string, (bench: CloneBench) => Promise<string | undefined>>> = {
  'no token': async () => undefined,
  'an empty token': async () => '',
  'no token at all, but words': async () => 'Bearer',
  'an expired token': async ({ claimsOf, tokens, run, engine }) =>
    tokens.issue({ ...(await claimsOf(run, clone)), expiresAtMs: engine.clock.nowMs() }),
  'the token of a sibling': async ({ claimsOf, tokens, run }) => tokens.issue(await claimsOf(run, 'A/1/1')),
  'the token of another task’s clone': async ({ claimsOf, tokens, run }) => tokens.issue(await claimsOf(run, 'B/1/0')),
  'the token of the same clone of another run': async ({ claimsOf, tokens, other }) =>
    tokens.issue(await claimsOf(other, clone)),
  'the token of an earlier job of the slot': async ({ claimsOf, tokens, run }) =>
    tokens.issue({ ...(await claimsOf(run, clone)), job: 'an earlier one' }),
  'the token of a sibling whose job has the same name': async ({ claimsOf, tokens, run }) =>
    tokens.issue({ ...(await claimsOf(run, clone)), slot: slotRef(run, 'A/1/1') }),
  'the token of another run whose job has the same name': async ({ claimsOf, tokens, run, other }) =>
    tokens.issue({ ...(await claimsOf(run, clone)), slot: slotRef(other, clone) }),
  'a token of a key that was taken out': async ({ claimsOf, run }) =>
    signedCloneTokens([keyOf('z')]).issue(await claimsOf(run, clone)),
  'a token of another key with the same id': async ({ claimsOf, run }) =>
    signedCloneTokens([{ id: 'a', secret: keyOf('z').secret }]).issue(await claimsOf(run, clone)),
  'a token without its last letter': async (bench) => (await good(bench)).slice(0, -1),
  'a token cut in the middle': async (bench) => (await good(bench)).slice(0, 60),
  'a token without its MAC': async (bench) => (await good(bench)).replace(/\.[^.]*$/, '.'),
  'a token with one letter changed': async (bench) => {
    const token = await good(bench)
    return `${token.slice(0, 40)}${token[40] === 'A' ? 'B' : 'A'}${token.slice(41)}`
  },
  'the MAC of a sibling’s token under these claims': async (bench) => {
    const sibling = bench.tokens.issue(await bench.claimsOf(bench.run, 'A/1/1'))
    return `${(await good(bench)).split('.').slice(0, 3).join('.')}.${sibling.split('.')[3]}`
  },
  'a token whose claims nobody signed': async ({ claimsOf, run }) =>
    `fct1.a.${Buffer.from(JSON.stringify(await claimsOf(run, clone))).toString('base64url')}.`,
}

async function good({ tokens, claimsOf, run }: CloneBench): Promise<string> {
  return tokens.issue(await claimsOf(run, clone))
}

const refusals = Object.entries(wrong).flatMap(([name, token]) => calls.map((call) => ({ name, call, token })))

describe('what does not come from the clone changes nothing', () => {
  it.each(refusals)('$name for $call', async ({ call, token }) => {
    const bench = await cloneBench()
    const before = await bench.stored()
    const said = await bench.ask(call, await token(bench), await bench.bodyOf(bench.run, clone, call))
    expect(said).toMatchObject({
      status: 403,
      type: 'application/problem+json',
      json: { status: 403, code: 'CLONE-TOKEN' },
    })
    expect(await bench.stored()).toStrictEqual(before)
  })

  it.each(calls)('a stolen token for %s, while the agent that it was stolen from works', async (call) => {
    const bench = await cloneBench()
    const body = { ...(await bench.bodyOf(bench.run, clone, call)), holder: 'a thief' }
    const before = await bench.stored()
    const said = await bench.ask(call, await good(bench), body)
    expect(said).toMatchObject({ status: 403, json: { code: 'CLONE-HOLDER' } })
    expect(await bench.stored()).toStrictEqual(before)
  })

  it.each(calls)('%s for a slot that another job has by now', async (call) => {
    const bench = await cloneBench()
    const claims = { ...(await bench.claimsOf(bench.run, clone)), job: 'an earlier one' }
    const body = { ...(await bench.bodyOf(bench.run, clone, call)), job: 'an earlier one' }
    const before = await bench.stored()
    const said = await bench.ask(call, bench.tokens.issue(claims), body)
    expect(said).toMatchObject({ status: 403, json: { code: 'CLONE-TOKEN' } })
    expect(await bench.stored()).toStrictEqual(before)
  })

  it.each(calls)('%s for a slot that never was', async (call) => {
    const bench = await cloneBench()
    const slot = { run: bench.run, task: 'A', attempt: 9, clone: 0 }
    const claims = { ...(await bench.claimsOf(bench.run, clone)), slot }
    const body = { ...(await bench.bodyOf(bench.run, clone, call)), slot }
    expect(await bench.ask(call, bench.tokens.issue(claims), body)).toMatchObject({ status: 403 })
  })

  it.each([
    ['a sibling’s output', (own: string) => own.replace(/0\/1$/, '1/1/out/a')],
    ['what its slot wrote under another lease', (own: string) => own.replace(/1$/, '2/out/a')],
    ['a key that climbs out', (own: string) => `${own}/out/../../2/out/a`],
    ['a prefix that begins alike', (own: string) => `${own}0/out/a`],
    ['a blob', () => `blobs/${'0'.repeat(64)}`],
  ])('a claim of %s', async (_, objectOf) => {
    const bench = await cloneBench()
    const object = objectOf(`runs/${bench.run}/A/1/0/1`)
    const file = { object, sha256: '0'.repeat(64), bytes: 1 }
    const folder = {
      type: 'directory',
      folder: `runs/${bench.run}/A/1/0/1/out/x`,
      bytes: 1,
      files: [{ path: 'a', ...file }],
    }
    const before = await bench.stored()
    for (const output of [{ type: 'file', ...file }, folder, { ...folder, folder: object, files: [] }]) {
      const ended = { kind: 'claimed', manifest: { x: output } }
      const body = { ...(await bench.bodyOf(bench.run, clone, 'report')), ended }
      expect(await bench.ask('report', await good(bench), body)).toMatchObject({
        status: 403,
        json: { code: 'CLONE-OBJECT' },
      })
    }
    expect(await bench.stored()).toStrictEqual(before)
  })
})

describe('what is said badly changes nothing', () => {
  const bad: readonly [string, CloneCall, (body: object) => unknown, number][] = [
    ['a field that nobody knows', 'lease', (body) => ({ ...body, more: 1 }), 400],
    ['a field that is missing', 'renew', (body) => ({ ...body, fence: undefined }), 400],
    ['a fence that is none', 'renew', (body) => ({ ...body, fence: 0.5 }), 400],
    [
      'a run that is none',
      'lease',
      (body) => ({ ...body, slot: { run: '../x', task: 'A', attempt: 1, clone: 0 } }),
      400,
    ],
    [
      'a task that is none',
      'lease',
      (body) => ({ ...body, slot: { run: 'run_00000000', task: 'A/1', attempt: 1, clone: 0 } }),
      400,
    ],
    [
      'a cause that nobody knows',
      'report',
      (body) => ({ ...body, ended: { kind: 'failed', failure: { cause: 'x' } } }),
      400,
    ],
    ['a negative bill', 'report', (body) => ({ ...body, billedS: -1 }), 400],
    ['no JSON', 'report', () => '{', 400],
    ['a key twice', 'lease', () => '{"job":"a","job":"b"}', 400],
    ['too much', 'lease', (body) => ({ ...body, holder: 'x'.repeat(cloneBodyBytes.lease) }), 413],
    ['too much', 'report', () => ' '.repeat(cloneBodyBytes.report + 1), 413],
  ]
  it.each(bad)('%s, in %s', async (_, call, spoil, status) => {
    const bench = await cloneBench()
    const before = await bench.stored()
    const said = await bench.ask(call, await good(bench), spoil(await bench.bodyOf(bench.run, clone, call)))
    expect(said).toMatchObject({ status, type: 'application/problem+json' })
    expect(await bench.stored()).toStrictEqual(before)
  })

  it('without a good token it is not even looked at', async () => {
    const bench = await cloneBench()
    expect(await bench.ask('lease', 'x', '{')).toMatchObject({ status: 403 })
  })

  it.each([
    ['another method', 'GET', '/clone/lease', 405],
    ['another path', 'POST', '/clone/steal', 404],
  ])('%s is answered as such', async (_, method, path, statusCode) => {
    const { engine, tokens } = await cloneBench()
    const handler = handlerOf(engine, { tokens })
    expect(await handler(cloneEvent(path, { method, headers: {}, body: '' }))).toMatchObject({ statusCode })
  })
})

describe('the clone itself', () => {
  it('is given its lease, the same one when it asks again', async () => {
    const bench = await cloneBench()
    const body = await bench.bodyOf(bench.run, clone, 'lease')
    const said = await bench.ask('lease', await good(bench), body)
    expect(said).toMatchObject({ status: 200, json: { granted: true, fence: 1, renewEveryS: 40 } })
    expect(await bench.ask('lease', await good(bench), body)).toStrictEqual(said)
  })

  it('renews its lease', async () => {
    const bench = await cloneBench()
    const { leasedUntilMs } = await bench.engine.slot(bench.run, clone)
    await bench.engine.clock.advance(1_000)
    const said = await bench.ask('renew', await good(bench), await bench.bodyOf(bench.run, clone, 'renew'))
    expect(said).toMatchObject({ status: 200, json: { held: true } })
    expect((await bench.engine.slot(bench.run, clone)).leasedUntilMs).toBeGreaterThan(leasedUntilMs as number)
  })

  it('reports, and is told that it was heard when it does so again', async () => {
    const bench = await cloneBench()
    const body = await bench.bodyOf(bench.run, clone, 'report')
    expect(await bench.ask('report', await good(bench), body)).toMatchObject({ json: { answer: 'accepted' } })
    expect(await bench.engine.slot(bench.run, clone)).toMatchObject({ state: 'won' })
    expect(await bench.ask('report', await good(bench), body)).toMatchObject({ status: 200, json: { answer: 'late' } })
  })

  it('claims what is below its own prefix', async () => {
    const bench = await cloneBench()
    const object = `runs/${bench.run}/A/1/0/1/out/a..b/c`
    const manifest = { x: { type: 'file', object, sha256: '0'.repeat(64), bytes: 1 } } as const
    const ended: CloneReport['ended'] = { kind: 'claimed', manifest }
    const body = { ...(await bench.bodyOf(bench.run, clone, 'report')), ended }
    expect(await bench.ask('report', await good(bench), body)).toMatchObject({ json: { answer: 'accepted' } })
    expect((await bench.engine.slot(bench.run, clone)).claim).toStrictEqual(manifest)
  })

  it('is known by the key that signed its token as long as that is believed', async () => {
    const bench = await cloneBench([keyOf('b'), keyOf('a')])
    const token = signedCloneTokens([keyOf('a')]).issue(await bench.claimsOf(bench.run, clone))
    expect(await bench.ask('lease', token, await bench.bodyOf(bench.run, clone, 'lease'))).toMatchObject({
      status: 200,
    })
  })

  it('starts anew under another id once its lease ran out, which fences what held it before', async () => {
    const bench = await cloneBench()
    const [lease, report] = [
      await bench.bodyOf(bench.run, clone, 'lease'),
      await bench.bodyOf(bench.run, clone, 'report'),
    ]
    const stored = (await bench.engine.store.rows.get(bench.run, 'slot', clone))!
    const atMs = bench.engine.clock.nowMs()
    const ended = { type: 'slot.renewed', atMs, fence: stored.value.fence, untilMs: atMs } as const
    await bench.engine.store.rows.commit(bench.run, [change('slot', clone, stored, ended)])
    const said = await bench.ask('lease', await good(bench), { ...lease, holder: 'its second life' })
    expect(said).toMatchObject({ status: 200, json: { granted: true, fence: 2 } })
    expect(await bench.ask('report', await good(bench), report)).toMatchObject({ json: { code: 'CLONE-HOLDER' } })
  })
})

it('a fault is answered as one, without the token', async () => {
  const bench = await cloneBench()
  const { store } = bench.engine
  const rows = { ...store.rows, get: () => Promise.reject(new Error('the table is away')) }
  const handler = handlerOf(bench.engine, { tokens: bench.tokens, store: { ...store, rows } })
  const token = await good(bench)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify(await bench.bodyOf(bench.run, clone, 'lease'))
  const answer = await handler(cloneEvent('/clone/lease', { headers, body }))
  expect(answer).toMatchObject({ statusCode: 500 })
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'ENGINE-FAULT' })
  expect(JSON.stringify(answer)).not.toContain(token.split('.')[3])
})
