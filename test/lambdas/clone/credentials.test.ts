import { describe, expect, it } from 'vitest'
import type { ShortCredentials } from '#contract/clone-api.ts'
import { agentAnswer, agentPath, cloneAnswers } from '#contract/clone-requests.ts'
import { err, ok } from '#core/result.ts'
import type { AgentBundle } from '#ports/agent-bundle.ts'
import type { CloneCredentials, CloneScope } from '#ports/clone-credentials.ts'
import { cloneBench, handlerOf, keyOf, type CloneBench } from '../../builders/clone-bench.ts'
import { cloneEvent } from '../../builders/clone-server.ts'

const clone = 'A/1/0'

/** Counts what it issues; `how` is how it does so next. */
class Issuer implements CloneCredentials {
  readonly scopes: CloneScope[] = []
  how: CloneCredentials['issue'] = async () => ok(this.#counted())

  async issue(scope: CloneScope) {
    this.scopes.push(scope)
    return this.how(scope)
  }

  #counted(): ShortCredentials {
    const of = this.scopes.length
    return { accessKeyId: `id-${of}`, secretAccessKey: `canary-${of}`, sessionToken: `canary-${of}`, expiresAtMs: of }
  }
}

async function askForLease(bench: CloneBench, more: object = {}) {
  const token = bench.tokens.issue(await bench.claimsOf(bench.run, clone))
  return bench.ask('lease', token, { ...(await bench.bodyOf(bench.run, clone, 'lease')), ...more })
}

describe('the credentials that come with a lease', () => {
  it('are for this clone, as the agent takes them', async () => {
    const credentials = new Issuer()
    const bench = await cloneBench([keyOf('a')], { credentials })
    const { json } = await askForLease(bench)
    expect(json).toMatchObject({ granted: true, credentials: { accessKeyId: 'id-1', expiresAtMs: 1 } })
    expect(cloneAnswers.lease.parse(json)).toStrictEqual(json)
    expect(credentials.scopes).toMatchObject([
      { slot: { run: bench.run, task: 'A', attempt: 1, clone: 0 }, code: null },
    ])
  })

  it('are fresh each time that its holder asks, under the same fence', async () => {
    const bench = await cloneBench([keyOf('a')], { credentials: new Issuer() })
    const [first, second] = [await askForLease(bench), await askForLease(bench)]
    expect(second.json).toStrictEqual({ ...first.json, credentials: { ...credentialsOf(2) } })
    expect(first.json['fence']).toBe(second.json['fence'])
  })

  it('are given to nobody else, nor once the attempt is decided', async () => {
    const credentials = new Issuer()
    const bench = await cloneBench([keyOf('a')], { credentials })
    expect(await askForLease(bench, { holder: 'a thief' })).toMatchObject({ status: 403 })
    const token = bench.tokens.issue(await bench.claimsOf(bench.run, clone))
    await bench.ask('report', token, await bench.bodyOf(bench.run, clone, 'report'))
    expect(await askForLease(bench)).toMatchObject({ json: { granted: false, why: 'the slot is won' } })
    expect(credentials.scopes).toStrictEqual([])
  })

  it('are stored nowhere', async () => {
    const bench = await cloneBench([keyOf('a')], { credentials: new Issuer() })
    const said = await askForLease(bench)
    const token = bench.tokens.issue(await bench.claimsOf(bench.run, clone))
    await bench.ask('report', token, await bench.bodyOf(bench.run, clone, 'report'))
    expect(JSON.stringify(said)).toContain('canary')
    expect(JSON.stringify(await bench.stored())).not.toContain('canary')
  })

  it('are a fault while they can’t be had, and the lease is there for who asks again', async () => {
    const credentials = new Issuer()
    const { how } = credentials
    credentials.how = () => Promise.reject(new Error('STS is away'))
    const bench = await cloneBench([keyOf('a')], { credentials })
    expect(await askForLease(bench)).toMatchObject({ status: 500, json: { code: 'ENGINE-FAULT' } })
    credentials.how = how
    const { fence } = await bench.engine.slot(bench.run, clone)
    expect(await askForLease(bench)).toMatchObject({ status: 200, json: { granted: true, fence } })
  })

  it('that never can be had are the end of the clone, said in its failure', async () => {
    const credentials = new Issuer()
    credentials.how = async () => err('of too many runs')
    const bench = await cloneBench([keyOf('a')], { credentials })
    expect(await askForLease(bench)).toMatchObject({ json: { granted: false, why: 'of too many runs' } })
    expect(await bench.engine.slot(bench.run, clone)).toMatchObject({
      state: 'failed',
      failure: { cause: 'bad-input', evidence: 'of too many runs' },
    })
  })

  it('are absent where clones have their own way to objects', async () => {
    expect((await askForLease(await cloneBench())).json).not.toHaveProperty('credentials')
  })
})

function credentialsOf(count: number): ShortCredentials {
  const secret = `canary-${count}`
  return { accessKeyId: `id-${count}`, secretAccessKey: secret, sessionToken: secret, expiresAtMs: count }
}

describe('the agent of a container that starts', () => {
  const agent: AgentBundle = { sha256: 'a'.repeat(64), link: async () => 'https://example.org/agent?signed' }
  const bundle = { url: 'https://example.org/agent?signed', sha256: 'a'.repeat(64) }

  async function ask(bench: CloneBench, token: string | undefined, { method = 'POST', body = '' } = {}) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const handler = handlerOf(bench.engine, { tokens: bench.tokens, agent })
    const answer = await handler(cloneEvent(agentPath, { method, headers, body }))
    return { status: answer.statusCode, json: JSON.parse(answer.body) as unknown }
  }

  it('is where its token says, which needs nothing beside', async () => {
    const bench = await cloneBench()
    const before = await bench.stored()
    const token = bench.tokens.issue(await bench.claimsOf(bench.run, clone))
    const said = await ask(bench, token)
    expect(said).toStrictEqual({ status: 200, json: bundle })
    expect(agentAnswer.parse(said.json)).toStrictEqual(bundle)
    expect(await bench.stored()).toStrictEqual(before)
  })

  it('is told to nobody without a good token of a job that has its slot', async () => {
    const bench = await cloneBench()
    const claims = await bench.claimsOf(bench.run, clone)
    const good = bench.tokens.issue(claims)
    for (const token of [
      undefined,
      '',
      good.slice(0, -1),
      bench.tokens.issue({ ...claims, job: 'an earlier one' }),
      bench.tokens.issue({ ...claims, slot: { ...claims.slot, attempt: 9 } }),
      bench.tokens.issue({ ...claims, expiresAtMs: bench.engine.clock.nowMs() }),
    ]) {
      expect(await ask(bench, token)).toMatchObject({ status: 403, json: { code: 'CLONE-TOKEN' } })
    }
  })

  it('is asked for in one way', async () => {
    const bench = await cloneBench()
    const token = bench.tokens.issue(await bench.claimsOf(bench.run, clone))
    expect(await ask(bench, token, { method: 'GET' })).toMatchObject({ status: 405 })
    expect(await ask(bench, token, { body: ' '.repeat(5_000) })).toMatchObject({ status: 413 })
    expect(await ask(bench, token, { body: '{}' })).toMatchObject({ status: 415 })
  })

  it('is not there where clones bring it', async () => {
    const bench = await cloneBench()
    const token = bench.tokens.issue(await bench.claimsOf(bench.run, clone))
    const headers = { authorization: `Bearer ${token}` }
    const answer = await handlerOf(bench.engine, { tokens: bench.tokens })(cloneEvent(agentPath, { headers, body: '' }))
    expect(answer.statusCode).toBe(404)
  })
})
