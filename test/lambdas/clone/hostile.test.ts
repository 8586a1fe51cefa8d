import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agentPath, cloneBodyBytes, clonePaths } from '#contract/clone-requests.ts'
import type { AgentBundle } from '#ports/agent-bundle.ts'
import { calls, cloneBench, handlerOf, keyOf, type Clone, type CloneBench } from '../../builders/clone-bench.ts'
import { cloneEvent, serveClones } from '../../builders/clone-server.ts'

const clone = 'A/1/0'
const agent: AgentBundle = { sha256: 'a'.repeat(64), link: async () => 'https://example.org/agent' }

async function good({ tokens, claimsOf, run }: CloneBench): Promise<string> {
  return tokens.issue(await claimsOf(run, clone))
}

const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** What is signed by the right key, in all ways but the one that counts. */
async function forged(bench: CloneBench): Promise<readonly string[]> {
  const claims = await bench.claimsOf(bench.run, clone)
  const { secret } = keyOf('a')
  const said = base64url(claims)
  const signed = `fct1.a.${said}`
  const mac = (of: string, algorithm = 'sha256', key = secret) =>
    createHmac(algorithm, key).update(of).digest('base64url')
  const right = mac(signed)
  const jwt = (header: object) => `${base64url(header)}.${said}`
  return [
    // No algorithm, or one that the caller chooses.
    `${signed}.`,
    signed,
    `${jwt({ alg: 'none' })}.`,
    `${jwt({ alg: 'none' })}.${right}`,
    `${jwt({ alg: 'HS256', kid: 'a' })}.${mac(jwt({ alg: 'HS256', kid: 'a' }))}`,
    ...['sha1', 'md5', 'sha384', 'sha512'].map((algorithm) => `${signed}.${mac(signed, algorithm)}`),
    `fct1.a.${base64url({ ...claims, alg: 'none' })}.${right}`,
    // Another form, with a MAC of its own.
    ...['fct0', 'fct2', 'FCT1', 'fct1 ', ''].map((form) => `${form}.a.${said}.${mac(`${form}.a.${said}`)}`),
    // Keys that nobody has, that have other names, or that are names of other things.
    ...['b', 'A', '', '__proto__', 'constructor', '0', 'a.a'].map(
      (id) => `fct1.${id}.${said}.${mac(`fct1.${id}.${said}`)}`,
    ),
    ...[new Uint8Array(), new Uint8Array(32), secret.slice(1)].map((key) => `${signed}.${mac(signed, 'sha256', key)}`),
    // Other parts signed, other spellings of what was signed.
    `${signed}.${mac(said)}`,
    `${signed}.${mac(`${signed}.`)}`,
    `${signed}.${Buffer.from(right, 'base64url').toString('hex')}`,
    `${signed}.${right}=`,
    `${signed}.${right}A`,
    `${signed}=.${right}`,
    `${signed}.${right}.${right}`,
    `${signed}.${right.toLowerCase()}`,
    `${signed}.${right.slice(0, 1)}`,
    // Signed, but of nothing that this is about.
    ...[
      'null',
      '[]',
      '"x"',
      '{}',
      { ...claims, expiresAtMs: '9e99' },
      { ...claims, expiresAtMs: 1e300 },
      { ...claims, expiresAtMs: -1 },
      { ...claims, slot: { ...claims.slot, run: '../other' } },
      { ...claims, more: 1 },
      { job: claims.job, expiresAtMs: claims.expiresAtMs },
    ].map((content) => `fct1.a.${base64url(content)}.${mac(`fct1.a.${base64url(content)}`)}`),
  ]
}

it('forged tokens open nothing, whatever they are made of', async () => {
  const bench = await cloneBench([keyOf('a')], { agent })
  const before = await bench.stored()
  const tokens = await forged(bench)
  expect(tokens).not.toContain(await good(bench))
  for (const call of calls) {
    const body = await bench.bodyOf(bench.run, clone, call)
    for (const token of tokens) expect([token, (await bench.ask(call, token, body)).status]).toStrictEqual([token, 403])
  }
  expect(await bench.stored()).toStrictEqual(before)
})

it('each bit of a token counts', async () => {
  const bench = await cloneBench()
  const before = await bench.stored()
  const bytes = Buffer.from(await good(bench))
  const body = await bench.bodyOf(bench.run, clone, 'report')
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect([bit, (await bench.ask('report', flipped.toString('latin1'), body)).status]).toStrictEqual([bit, 403])
  }
  expect(await bench.stored()).toStrictEqual(before)
})

it('a token speaks for its own clone alone: for any other, of any run, nothing changes', async () => {
  const bench = await cloneBench()
  const places = [bench.run, bench.other].flatMap((run) =>
    (['A/1/0', 'A/1/1', 'B/1/0'] satisfies Clone[]).map((of) => ({ run, of })),
  )
  const before = await bench.stored()
  for (const bearer of places) {
    const token = bench.tokens.issue(await bench.claimsOf(bearer.run, bearer.of))
    for (const { run, of } of places.filter((place) => place !== bearer)) {
      for (const call of calls) {
        const body = await bench.bodyOf(run, of, call)
        const own = await bench.bodyOf(bearer.run, bearer.of, call)
        const { slot, job } = body
        // As the other one, as the other one under its own job's name, as itself for the other one's slot or job.
        for (const said of [body, { ...body, job: own['job'] }, { ...own, slot }, { ...own, job }]) {
          expect((await bench.ask(call, token, said)).status).toBe(403)
        }
      }
    }
  }
  expect(await bench.stored()).toStrictEqual(before)
})

it('whatever is said, by whomever: what is not the clone’s own words changes nothing, and is no fault', async () => {
  const bench = await cloneBench([keyOf('a')], { agent })
  const handler = handlerOf(bench.engine, { tokens: bench.tokens, agent })
  const token = await good(bench)
  const bodies = await Promise.all(calls.map((call) => bench.bodyOf(bench.run, clone, call)))
  const before = await bench.stored()
  const drawn = fc.record({
    path: fc.oneof(
      fc.constantFrom(...Object.values(clonePaths), agentPath),
      fc.string({ unit: 'binary', maxLength: 20 }).map((path) => `/clone/${path}`),
      fc.constantFrom('', '/', '/clone', '/clone/../clone/lease', '/clone/lease/'),
    ),
    method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'OPTIONS', '', 'post'),
    authorization: fc.oneof(
      fc.constantFrom(`Bearer ${token}`, `bearer ${token}`, `Basic ${token}`, token, `Bearer  ${token}`, undefined),
      fc.string({ maxLength: 50 }),
    ),
    type: fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain', undefined),
    isBase64Encoded: fc.boolean(),
    // A right body with one thing wrong, or something else altogether.
    body: fc.oneof(
      fc
        .record({ of: fc.constantFrom(...bodies), key: fc.string(), value: fc.jsonValue() })
        .map(({ of, key, value }) => JSON.stringify({ ...of, [`${key}?`]: value })),
      fc
        .record({
          of: fc.constantFrom(...bodies),
          key: fc.constantFrom('slot', 'job', 'holder'),
          value: fc.jsonValue(),
        })
        .map(({ of, key, value }) => JSON.stringify({ ...of, [key]: value })),
      fc.json(),
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.constantFrom(null, '', '['.repeat(4_000), '{"slot":{"__proto__":{}}}', '\uFEFF{}', '{}{}', '1e999'),
    ),
  })
  await fc.assert(
    fc.asyncProperty(drawn, async ({ path, method, authorization, type, isBase64Encoded, body }) => {
      const headers = {
        ...(authorization === undefined ? {} : { authorization }),
        ...(type === undefined ? {} : { 'Content-Type': type }),
      }
      const event = cloneEvent(path, { method, headers, body: body as string })
      const { statusCode, body: said } = await handler({ ...event, isBase64Encoded })
      // The agent is where a good token says, whatever is said beside nothing.
      if (path === agentPath && statusCode === 200) return
      expect([400, 403, 404, 405, 413, 415]).toContain(statusCode)
      expect(JSON.parse(said)).toMatchObject({ status: statusCode })
      expect(said).not.toContain(token)
    }),
    { numRuns: 200 },
  )
  expect(await bench.stored()).toStrictEqual(before)
})

describe('over HTTP', () => {
  interface Sent {
    readonly method?: string
    readonly path?: string
    readonly token?: string | undefined
    readonly body?: string | Buffer
    readonly headers?: Readonly<Record<string, string>>
  }

  /** Sends a request as it is: no path is mended on the way. */
  async function send(url: string, { method = 'POST', path = clonePaths.report, token, body = '', headers }: Sent) {
    const { hostname, port } = new URL(url)
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const length = { 'content-length': Buffer.byteLength(body) }
    const all = { 'content-type': 'application/json', ...length, ...authorization, ...headers }
    const request = httpRequest({ hostname, port, method, path, headers: all }).end(body)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return { status: response.statusCode, said: await text(response) }
  }

  async function served() {
    const bench = await cloneBench([keyOf('a')], { agent })
    const server = await serveClones(handlerOf(bench.engine, { tokens: bench.tokens, agent }))
    const body = JSON.stringify(await bench.bodyOf(bench.run, clone, 'report'))
    return { bench, server, token: await good(bench), body, before: await bench.stored() }
  }

  it('only a POST is heard', async () => {
    const { bench, server, token, body, before } = await served()
    await using _ = server
    for (const path of [...Object.values(clonePaths), agentPath]) {
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
        expect([method, (await send(server.url, { method, path, token, body })).status]).toStrictEqual([method, 405])
      }
    }
    expect(await bench.stored()).toStrictEqual(before)
  })

  it.each([
    '/',
    '//clone/report',
    '/clone/report/',
    '/clone//report',
    '/clone/./report',
    '/clone/x/../report',
    '/clone/%72eport',
    '/clone/report%00',
    '/clone/report;x=1',
    '/CLONE/REPORT',
    '/clone\\report',
    '/prod/clone/report',
    '/clone/lease/../report',
    `/clone/${'../'.repeat(50)}report`,
    '/clone/__proto__',
    '/clone/constructor',
  ])('the path %s leads nowhere', async (path) => {
    const { bench, server, token, body, before } = await served()
    await using _ = server
    expect(await send(server.url, { path, token, body })).toMatchObject({ status: 404 })
    expect(await bench.stored()).toStrictEqual(before)
  })

  const large = Buffer.alloc(cloneBodyBytes.report + 1, ' ')
  it.each([
    ['one that is too large', 413, large],
    ['one that is deep', 400, '['.repeat(1_000_000)],
    ['one that is deep and whole', 400, `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['a prototype', 400, '{"__proto__":{"ended":{"kind":"stopped"}}}'],
    ['a key twice', 400, '{"slot":1,"slot":2}'],
    ['bytes that are no text', 400, Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d])],
    ['a number beyond all', 400, '{"billedS":1e999}'],
    ['half a character', 400, '"\\ud800"'],
    ['nothing', 400, ''],
    ['null', 400, 'null'],
    ['a list of right ones', 400, (right: string) => `[${right}]`],
    ['a right one, cut', 400, (right: string) => right.slice(0, -1)],
    ['two right ones', 400, (right: string) => right + right],
  ])('of bodies: %s', async (_, status, body) => {
    const { bench, server, token, body: right, before } = await served()
    await using _server = server
    const sent = typeof body === 'function' ? body(right) : body
    expect((await send(server.url, { token, body: sent })).status).toBe(status)
    // Without a token nobody looks at it.
    expect((await send(server.url, { body: sent })).status).toBe(403)
    expect(await bench.stored()).toStrictEqual(before)
  })

  it.each([
    ['as another scheme', (token: string) => ({ authorization: `Basic ${token}` })],
    ['twice', (token: string) => ({ authorization: `Bearer ${token}, Bearer ${token}` })],
    ['with more behind it', (token: string) => ({ authorization: `Bearer ${token} x` })],
    ['in another header', (token: string) => ({ 'x-authorization': `Bearer ${token}` })],
    ['in a cookie', (token: string) => ({ cookie: `authorization=Bearer ${token}` })],
  ])('a token %s is none', async (_, headersOf) => {
    const { bench, server, token, body, before } = await served()
    await using _server = server
    expect((await send(server.url, { body, headers: headersOf(token) })).status).toBe(403)
    expect(await bench.stored()).toStrictEqual(before)
  })

  it('and what is right is heard', async () => {
    const { bench, server, token, body, before } = await served()
    await using _ = server
    expect(await send(server.url, { token, body })).toStrictEqual({ status: 200, said: '{"answer":"accepted"}' })
    expect(await bench.stored()).not.toStrictEqual(before)
  })
})
