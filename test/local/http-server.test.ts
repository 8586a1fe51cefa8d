import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256 } from '#core/hash.ts'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { maxBodyBytes } from '#local/http-body.ts'
import { submit } from '#operations/submit.ts'
import { task, workflowOf } from '../builders/dag.ts'
import { ServedApi, token } from '../builders/served-api.ts'

const run = 'run_0123456789abcdefgh'
const document = { apiVersion: 'forkcast/v1', name: 'a', tasks: { t: { run: 'true' } } }

let api: ServedApi
/** Resolves once a request waits for news. */
let held: PromiseWithResolvers<void>
beforeEach(async () => {
  held = Promise.withResolvers()
  api = await ServedApi.start({}, () => {
    held.resolve()
    return new Promise(() => {})
  })
})
afterEach(() => api[Symbol.asyncDispose]())

describe('who may ask', () => {
  it.each(['', 'Bearer wrong', 'Bearer righ', 'right', 'Basic right'])(
    '“%s” may not write: 401',
    async (authorization) => {
      expect(await api.post('/workflows', JSON.stringify({ workflow: document }), { authorization })).toMatchObject({
        status: 401,
        code: 'NOT-ALLOWED',
      })
      expect(api.asked).toStrictEqual([])
    },
  )

  it('reading needs no token', async () => {
    expect((await api.fetch('/runs')).status).toBe(200)
  })

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', 'localhost:1', '127.0.0.1.evil.example'])(
    'a request for the host %s is refused: a name that was pointed here',
    async (host) => {
      expect(await statusWith({ host })).toBe(403)
    },
  )

  it.each([
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a page of a file', { origin: 'null' }],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }],
    ['a form or an image of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of another port that says no origin', { 'sec-fetch-site': 'same-site' }],
  ])('%s is refused, reading too', async (_, headers) => {
    expect(await statusWith({ ...headers, authorization: `Bearer ${token}` })).toBe(403)
  })

  it('a page of this address may ask, by either name', async () => {
    const { port } = new URL(api.address.url)
    const own = { 'sec-fetch-site': 'same-origin' }
    expect(await statusWith({ ...own, origin: `http://127.0.0.1:${port}` })).toBe(200)
    expect(await statusWith({ ...own, host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(200)
  })

  it('listens on this machine only', () => {
    expect(api.address.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })
})

describe('what may be sent', () => {
  it('no more than a body may have, said or not', async () => {
    const head = `POST /workflows HTTP/1.1\r\nhost: ${new URL(api.address.url).host}\r\nauthorization: Bearer ${token}\r\n`
    expect(await api.raw(`${head}content-length: ${maxBodyBytes + 1}\r\n\r\n`)).toContain('413')
    const half = 'x'.repeat(maxBodyBytes / 2 + 1)
    const chunk = `${half.length.toString(16)}\r\n${half}\r\n`
    expect(await api.raw(`${head}transfer-encoding: chunked\r\n\r\n${chunk}${chunk}`)).toContain('413')
  })

  it('no path that leads anywhere else', async () => {
    const escaped = await api.raw(
      `GET /runs/../../etc/passwd HTTP/1.1\r\nhost: ${new URL(api.address.url).host}\r\nconnection: close\r\n\r\n`,
    )
    expect(escaped).toContain('404')
    expect((await api.fetch('/runs/..%2f..%2fetc')).status).toBe(400)
  })

  it('nothing by another method', async () => {
    const got = await api.fetch('/workflows')
    expect([got.status, got.headers.get('allow')]).toStrictEqual([405, 'POST'])
  })

  it('nothing once it closes', async () => {
    await api.close()
    await expect(api.post(`/runs/${run}/resume`, '{}')).rejects.toThrow('fetch failed')
  })
})

describe('content', () => {
  const bytes = 'content'
  const hash = sha256(bytes)
  const put = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    api.fetch(path, { method: 'PUT', body, headers: { authorization: `Bearer ${token}`, ...headers } })

  it('is asked for once, put under its hash, and then known', async () => {
    const asked = await api.post(
      '/uploads',
      JSON.stringify([
        { sha256: hash, bytes: 7 },
        { sha256: hash, bytes: 7 },
      ]),
    )
    expect(asked).toStrictEqual({
      status: 200,
      uploads: [{ sha256: hash, method: 'PUT', url: `/uploads/${hash}`, headers: {} }],
    })
    expect((await put(`/uploads/${hash}`, bytes)).status).toBe(201)
    expect((await put(`/uploads/${hash}`, bytes)).status).toBe(204)
    expect(new TextDecoder().decode(await api.objects.read(`blobs/${hash}`))).toBe(bytes)
    expect(await api.post('/uploads', JSON.stringify([{ sha256: hash, bytes: 7 }]))).toStrictEqual({
      status: 200,
      uploads: [],
    })
  })

  it('is refused when it is not what its hash says, without the token, and under what is no hash', async () => {
    expect((await put(`/uploads/${hash}`, 'other')).status).toBe(400)
    expect((await put(`/uploads/${hash}`, bytes, { authorization: '' })).status).toBe(401)
    expect((await put('/uploads/..%2f..%2fx', bytes)).status).toBe(400)
    expect(await api.objects.size(`blobs/${hash}`)).toBeUndefined()
  })

  it('has a length that is said, and no more than files may have', async () => {
    const head = `PUT /uploads/${hash} HTTP/1.1\r\nhost: ${new URL(api.address.url).host}\r\nauthorization: Bearer ${token}\r\n`
    expect(await api.raw(`${head}transfer-encoding: chunked\r\n\r\n`)).toContain('411')
    expect(await api.raw(`${head}content-length: 99999999999999\r\n\r\n`)).toContain('413')
  })
})

describe('what is large or slow', () => {
  const policy = { cloning: true, hedging: true }

  /** A run with an output of these bytes, as if it had ended. */
  async function leaving(bytes: Uint8Array): Promise<void> {
    const workflow = workflowOf([task('t', { outputs: { x: { path: 'x', type: 'file', optional: false } } })], {
      outputs: { x: { task: 't', output: 'x' } },
    })
    const ports = {
      store: api.store,
      objects: api.objects,
      clock: { nowMs: () => 0 },
      ids: { run: () => id, token: () => '' },
    }
    await submit(ports, { workflow, params: {}, policy, tenant: 'local' })
    await api.objects.writeOnce('runs/x', bytes)
    const outputs = { x: { type: 'file', object: 'runs/x', sha256: sha256(bytes), bytes: bytes.length } } as const
    const from = id
    const reused = {
      type: 'task.reused',
      atMs: 0,
      run: id,
      id: 't',
      task: 't',
      index: null,
      key: null,
      values: {},
      outputs,
      from,
    } as const
    await api.store.rows.commit(id, [change('task', 't', undefined, reused)])
  }
  const id = parseRunId(run) as RunId

  it('is read from a link that works for a while, whole or in parts, and that nobody can make up', async () => {
    const bytes = new Uint8Array(5 * 1024 ** 2).map((_, index) => index % 251)
    await leaving(bytes)
    const link = (await api.fetch(`/runs/${run}/outputs/x`)).headers.get('location') ?? ''
    expect(sha256(new Uint8Array(await (await api.fetch(link)).arrayBuffer()))).toBe(sha256(bytes))
    const part = await api.fetch(link, { headers: { range: 'bytes=250-252' } })
    expect([part.status, part.headers.get('content-range')]).toStrictEqual([206, `bytes 250-252/${bytes.length}`])
    expect([...new Uint8Array(await part.arrayBuffer())]).toStrictEqual([250, 0, 1])
    expect((await api.fetch(link, { headers: { range: 'bytes=99999999-' } })).status).toBe(416)
    const [letters = '', signature = ''] = link.slice('/downloads/'.length).split('.')
    const other = Buffer.from(JSON.stringify(['blobs/y', 'text/html', 9e15])).toString('base64url')
    for (const made of [
      `${other}.${signature}`,
      `${letters}.`,
      letters,
      `${letters}.${signature}x`,
      '../../etc/passwd',
    ]) {
      expect((await api.fetch(`/downloads/${made}`)).status).not.toBe(200)
    }
  })

  it('ends when the server closes: who follows comes back', async () => {
    await leaving(new Uint8Array(1))
    const events = (await (await api.fetch(`/runs/${run}/events`)).json()) as {
      readonly events: { readonly cursor: string }[]
    }
    const headers = { accept: 'text/event-stream', 'last-event-id': events.events.at(-1)?.cursor ?? '' }
    const following = api.fetch(`/runs/${run}/events`, { headers })
    await held.promise
    await api.close()
    expect(await (await following).text()).toBe('retry: 250\n\n')
  })
})

/** The status of `GET /runs` with headers that `fetch` does not let one set. */
function statusWith(headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL('/runs', api.address.url), { headers, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end()
  })
}
