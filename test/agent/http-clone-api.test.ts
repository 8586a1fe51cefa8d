import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { HttpCloneApi } from '#agent/http-clone-api.ts'
import type { CloneReport } from '#contract/clone-api.ts'
import { cloneBodyBytes } from '#contract/clone-requests.ts'
import { parseRunId } from '#core/run/ids.ts'

const token = 'fct1.a.secret.mac'
const slot = { run: parseRunId('run_00000000')!, task: 'a', attempt: 1, clone: 0 }
const asking = { slot, job: 'job', holder: 'me' }
const renewal = { slot, job: 'job', fence: 1 }
const report: CloneReport = {
  ...renewal,
  ended: { kind: 'stopped' },
  usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
  times: { stagingInS: null, runningS: null, stagingOutS: null },
  billedS: 1,
}

interface Asked {
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

/** A control plane that answers all in one way, after a lease was asked for. */
class Served implements AsyncDisposable {
  readonly asked: Asked[] = []
  readonly server
  answer: (response: ServerResponse) => void = (response) => response.end(JSON.stringify({ granted: false, why: 'no' }))

  constructor() {
    this.server = createServer((request, response) => void this.#answer(request, response))
    this.server.listen(0, '127.0.0.1')
  }

  async api(path = '', timeoutS = 10): Promise<HttpCloneApi> {
    if (!this.server.listening) await once(this.server, 'listening')
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`
    return new HttpCloneApi({ url, token, timeoutS })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await text(request)) as unknown
    this.asked.push({ path: request.url, headers: request.headers, body })
    this.answer(response)
  }

  /** Answers each call with a status and a body. */
  async says(status: number, body: string): Promise<HttpCloneApi> {
    const api = await this.api()
    await api.lease(asking)
    this.answer = (response) => response.writeHead(status).end(body)
    return api
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close()
    this.server.closeAllConnections()
    await once(this.server, 'close')
  }
}

it('sends the token and what is said, and the holder with each call', async () => {
  await using served = new Served()
  const api = await served.api('/stage/')
  expect(await api.lease(asking)).toStrictEqual({ granted: false, why: 'no' })
  served.answer = (response) => response.end(JSON.stringify({ held: true }))
  expect(await api.renew(renewal)).toBe(true)
  served.answer = (response) => response.end(JSON.stringify({ answer: 'late' }))
  expect(await api.report(report)).toBe('late')
  expect(served.asked.map(({ path, body }) => [path, body])).toStrictEqual([
    ['/stage/clone/lease', asking],
    ['/stage/clone/renew', { ...renewal, holder: 'me' }],
    ['/stage/clone/report', { ...report, holder: 'me' }],
  ])
  for (const { headers } of served.asked) {
    expect(headers).toMatchObject({ authorization: `Bearer ${token}`, 'content-type': 'application/json' })
  }
})

describe('a refusal is an answer', () => {
  it.each([400, 403, 404, 413])('%d', async (status) => {
    await using served = new Served()
    const api = await served.says(status, JSON.stringify({ detail: 'not you' }))
    expect(await api.lease(asking)).toStrictEqual({ granted: false, why: 'not you' })
    expect(await api.renew(renewal)).toBe(false)
    expect(await api.report(report)).toBe('fenced')
  })

  it('without words too', async () => {
    await using served = new Served()
    const api = await served.says(403, '<html>')
    const why = 'the control plane answered with status 403'
    expect(await api.lease(asking)).toStrictEqual({ granted: false, why })
  })
})

describe('a call was not answered', () => {
  it.each([
    [500, '{"detail":"a fault"}'],
    [502, '<html>'],
    [503, ''],
    [429, '{}'],
    [408, '{}'],
    [200, ''],
    [200, '{"granted":true}'],
    [200, '{"held":"yes","answer":"maybe"}'],
    [200, '{"granted":true,"fence":1,"credentials":{"secretAccessKey":"a secret"'],
    [200, '{"granted":true,"fence":1,"credentials":{"secretAccessKey":"a secret","sessionToken":1}}'],
    [200, '{"granted":true,"fence":1,"credentials":"a secret"x'],
  ])('by %d %s', async (status, body) => {
    await using served = new Served()
    const api = await served.says(status, body)
    for (const call of [() => api.lease(asking), () => api.renew(renewal), () => api.report(report)]) {
      const error = await call().then(String, (thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(Error)
      expect(String((error as Error).stack)).not.toContain('secret')
    }
  })

  it('when the connection ends', async () => {
    await using served = new Served()
    const api = await served.api()
    served.answer = (response) => response.destroy()
    await expect(api.lease(asking)).rejects.toThrow('fetch failed')
  })

  it('when the answer does not come in time, or not to its end', async () => {
    await using served = new Served()
    const api = await served.api('', 0.05)
    served.answer = () => undefined
    await expect(api.lease(asking)).rejects.toThrow('timeout')
    served.answer = (response) => response.writeHead(200, { 'content-length': '100' }).write('{')
    await expect(api.lease(asking)).rejects.toThrow('timeout')
  })

  it('when it sends elsewhere: the token stays here', async () => {
    await using served = new Served()
    const api = await served.api()
    served.answer = (response) => response.writeHead(307, { location: '/elsewhere' }).end()
    await expect(api.lease(asking)).rejects.toThrow('fetch failed')
    expect(served.asked.map(({ path }) => path)).toStrictEqual(['/clone/lease'])
  })
})

it('a claim that is too long for a report is one of outputs that are bad', async () => {
  await using served = new Served()
  const api = await served.says(200, '{"answer":"accepted"}')
  const file = { path: 'x'.repeat(500), object: 'y', sha256: 'z', bytes: 1 }
  const files = Array.from({ length: cloneBodyBytes.report / 500 }, () => file)
  const manifest = { x: { type: 'directory', folder: 'f', bytes: 1, files } } as const
  expect(await api.report({ ...report, ended: { kind: 'claimed', manifest } })).toBe('accepted')
  expect(served.asked.at(-1)?.body).toMatchObject({ ended: { kind: 'failed', failure: { cause: 'bad-output' } } })
})

it('is of a clone that asked for a lease', async () => {
  await using served = new Served()
  const api = await served.api()
  await expect(api.renew(renewal)).rejects.toThrow('no lease was asked for')
  expect(served.asked).toStrictEqual([])
})

it.each(['http://example.org', 'http://127.0.0.1.example.org', 'ftp://127.0.0.1'])(
  'a token does not go in the open: %s',
  (url) => expect(() => new HttpCloneApi({ url, token })).toThrow('is not https:'),
)

it.each(['https://example.org/prod', 'http://localhost:1', 'http://[::1]:1'])('but to %s it does', (url) => {
  expect(() => new HttpCloneApi({ url, token })).not.toThrow()
})
