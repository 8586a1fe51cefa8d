import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { openRemote } from '#client/open-remote.ts'
import { remoteControlPlane } from '#client/remote-control-plane.ts'
import { gatewayRegion, signedRequests } from '#client/signed-requests.ts'
import { sha256 } from '#core/hash.ts'

const run = 'run_00000000'
const identity = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI', sessionToken: 'short/lived==' }
const authorise = signedRequests('eu-north-1', async () => identity)
const pause = async (): Promise<void> => undefined

interface Received {
  readonly request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>
  readonly body: Buffer
}

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()))
})

/** A service below `/v1` that notes what it receives, and answers with what is made of it: a document, or a status. */
async function service(answer: (received: Received, count: number) => object | number) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { method, url, headers } = request
      received.push({ request: { method, url, headers }, body: Buffer.concat(parts) })
      const said = answer(received.at(-1) as Received, received.length)
      if (typeof said === 'number') response.writeHead(said).end()
      else if ('location' in said) response.writeHead(307, { location: String(said.location) }).end()
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, received }
}

/** The signature by the steps of the guide: Signature Version 4 signing process, of a request as it came. */
function signatureOf({ request, body }: Received): string {
  const [, date = '', region = '', service = '', names = ''] =
    /Credential=AKIDEXAMPLE\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+),/.exec(
      request.headers.authorization ?? '',
    ) ?? []
  const url = new URL(request.url ?? '', 'http://host')
  const escaped = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  const canonical = [
    request.method,
    url.pathname.split('/').map(escaped).join('/'),
    [...url.searchParams]
      .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
      .sort()
      .join('&'),
    ...names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    names,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n')
  const scope = [date, region, service, 'aws4_request']
  const stamp = String(request.headers['x-amz-date'])
  const text = ['AWS4-HMAC-SHA256', stamp, scope.join('/'), createHash('sha256').update(canonical).digest('hex')]
  let key: string | Buffer = `AWS4${identity.secretAccessKey}`
  for (const part of scope) key = createHmac('sha256', key).update(part).digest()
  return createHmac('sha256', key).update(text.join('\n')).digest('hex')
}

function signedWith({ request }: Received): string | undefined {
  return /Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? '')?.[1]
}

describe('a signed request', () => {
  it('has the signature that follows from what arrives: path, parameters, headers, body', async () => {
    const { url, received } = await service(() => ({ runId: run, logs: [], pools: [], capacity: null }))
    const control = remoteControlPlane({ url, authorise, pause })
    await control.pools()
    for await (const _ of control.logs(run, { task: 'clean[0]/é', follow: false })) expect.unreachable()
    await control.cancel(run, 'not needed & done')
    expect(received.map(({ request }) => request.method)).toStrictEqual(['GET', 'GET', 'POST'])
    for (const one of received) {
      expect(one.request.headers.authorization).toContain('/eu-north-1/execute-api/aws4_request')
      expect(one.request.headers['x-amz-security-token']).toBe(identity.sessionToken)
      expect(signedWith(one)).toBe(signatureOf(one))
    }
    expect(received[2]?.body.toString()).toContain('not needed & done')
  })

  it('is signed anew when it is sent again', async () => {
    const { url, received } = await service((_, count) => (count < 3 ? 503 : { pools: [], capacity: null }))
    let asked = 0
    const counted = signedRequests('eu-north-1', async () => ({ ...identity, sessionToken: `session ${(asked += 1)}` }))
    await remoteControlPlane({ url, authorise: counted, pause }).pools()
    expect(received.map(({ request }) => request.headers['x-amz-security-token'])).toStrictEqual([
      'session 1',
      'session 2',
      'session 3',
    ])
    for (const one of received) expect(signedWith(one)).toBe(signatureOf(one))
  })

  it('takes nothing of its signature to where content is read or put, at the same address too', async () => {
    const bytes = new TextEncoder().encode('content')
    const hash = sha256(bytes)
    const { url, received } = await service(({ request }) => {
      const { origin } = new URL(url)
      if (request.url === '/v1/uploads')
        return { uploads: [{ sha256: hash, method: 'PUT', url: `${origin}/bucket/put`, headers: {} }] }
      if (request.url === '/v1/content') return { location: '/bucket/get' }
      if (request.url?.endsWith('/outputs') === true)
        return { outputs: { all: { type: 'file', bytes: 7, sha256: hash, href: '/content' } } }
      return 404
    })
    const control = remoteControlPlane({ url, authorise, pause })
    await control.upload([{ sha256: hash, from: { bytes } }]).catch(() => undefined)
    await control.saveOutput(run, 'all', '/nowhere')
    const amz = ({ request }: Received) =>
      Object.keys(request.headers).filter((name) => /^(authorization|x-amz-)/.test(name)).length
    expect(received.map((one) => [one.request.method, one.request.url, amz(one) > 0])).toStrictEqual([
      ['POST', '/v1/uploads', true],
      ['PUT', '/bucket/put', false],
      ['GET', `/v1/runs/${run}/outputs`, true],
      ['GET', '/v1/content', true],
      ['GET', '/bucket/get', false],
    ])
  })
})

describe('an address', () => {
  it.each([
    ['https://a1b2c3d4e5.execute-api.eu-north-1.amazonaws.com/v1', 'eu-north-1'],
    ['https://a1b2c3d4e5.execute-api.cn-north-1.amazonaws.com.cn/v1', 'cn-north-1'],
    ['https://forkcast.example.org', undefined],
    ['https://a1b2c3d4e5.execute-api.eu-north-1.amazonaws.com.example.org/v1', undefined],
  ])('%s is of API Gateway in %s', (url, region) => {
    expect(gatewayRegion(new URL(url))).toBe(region)
  })

  const opened = async (options: {
    readonly token?: string
    readonly engine?: string
    readonly region?: string
    readonly refused?: boolean
  }) => {
    const { url, received } = await service(() => ({ pools: [], capacity: null }))
    const credentials = async () => {
      if (options.refused === true) throw new Error('none in the environment')
      return identity
    }
    const { origin } = new URL(url)
    const remote = await openRemote({
      url,
      token: options.token,
      engine: async () => (options.engine === undefined ? undefined : { url: origin, token: options.engine }),
      iam: { region: options.region, credentials },
    })
    if (!remote.ok) return remote.error
    await remote.value.pools()
    return received[0]?.request.headers.authorization?.split(' ', 1)[0]
  }

  it('is signed for in the region that is given, where no token opens it', async () => {
    expect(await opened({ region: 'eu-north-1' })).toBe('AWS4-HMAC-SHA256')
    expect(await opened({ region: 'eu-north-1', token: 'mine' })).toBe('Bearer')
    expect(await opened({ region: 'eu-north-1', engine: 'its own' })).toBe('Bearer')
    expect(await opened({})).toBeUndefined()
  })

  it('is not asked without credentials', async () => {
    expect(await opened({ region: 'eu-north-1', refused: true })).toMatchObject({ code: 'NO-CREDENTIALS', exitCode: 4 })
  })
})
