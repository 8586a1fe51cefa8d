import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRemote } from '#client/open-remote.ts'
import { remoteControlPlane } from '#client/remote-control-plane.ts'
import { canonicalHash, sha256 } from '#core/hash.ts'

const run = 'run_00000000'
const token = 'secret'

let folder: string
let servers: Server[]
beforeEach(() => {
  servers = []
  folder = mkdtempSync(join(tmpdir(), 'strange-'))
})
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  rmSync(folder, { recursive: true, force: true })
})

/** The address of a service that answers so. */
async function serving(answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    answer(request, response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const pause = (): Promise<void> => Promise.resolve()
const json =
  (body: unknown): RequestListener =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))

describe('what is no control plane', () => {
  it.each([
    [
      'a page',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello'),
      'API-UNCLEAR',
      6,
    ],
    ['other JSON', json({ hello: 1 }), 'API-UNCLEAR', 6],
    ['a list', json([]), 'API-UNCLEAR', 6],
    ['nothing', (_, response) => response.writeHead(204).end(), 'API-UNCLEAR', 6],
    ['a gateway that forbids', (_, response) => response.writeHead(403).end('{"message":"Forbidden"}'), 'HTTP-403', 4],
    ['a gateway that wants a token', (_, response) => response.writeHead(401).end(), 'HTTP-401', 4],
    ['another site', (_, response) => response.writeHead(404).end('not here'), 'HTTP-404', 3],
    ['a broken site', (_, response) => response.writeHead(500).end('oops'), 'HTTP-500', 1],
  ] satisfies readonly (readonly [string, RequestListener, string, number])[])(
    'is told from one: %s',
    async (_, answer, code, exitCode) => {
      const control = remoteControlPlane({ url: await serving(answer), pause })
      expect(await control.run(run, { tasks: true })).toMatchObject({ ok: false, error: { code, exitCode } })
      await expect(control.runs({ limit: 1 })).rejects.toMatchObject({ problem: { code, exitCode } })
    },
  )

  it('is not waited for for ever', async () => {
    const control = remoteControlPlane({ url: await serving(() => {}), answerMs: 20, pause })
    expect(await control.plan(run)).toMatchObject({ ok: false, error: { code: 'API-SILENT', exitCode: 6 } })
  })

  it('is left at once when the control plane is closed', async () => {
    const url = await serving(() => void control.close({ drainS: 0 }))
    const control = remoteControlPlane({ url })
    await expect(control.run(run, { tasks: false })).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('a list of several pages', () => {
  it('is read to its end, or as far as it is asked for, with no limit that the service refuses', async () => {
    const asked: string[] = []
    const url = await serving((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://service')
      asked.push(`${pathname.split('/').at(-1)} ${searchParams.get('limit')} ${searchParams.get('cursor')}`)
      const number = Number(searchParams.get('cursor') ?? 0)
      const next = number < 2 ? { nextCursor: String(number + 1) } : {}
      const item = { id: `${run}${number}`, cursor: String(number + 1), text: String(number) }
      json({ id: run, runs: [item], tasks: [item], events: [item], logs: [item], ...next })(request, response)
    })
    const control = remoteControlPlane({ url, pause })
    const ids = [`${run}0`, `${run}1`, `${run}2`]
    expect((await control.runs({ limit: 102 })).runs.map(({ id }) => id)).toStrictEqual(ids)
    expect(await control.runs({ limit: 2 })).toMatchObject({ runs: [{ id: ids[0] }, { id: ids[1] }], nextCursor: '2' })
    expect((await control.runs({ limit: 9, after: '2' })).runs).toHaveLength(1)
    expect(await control.run(run, { tasks: true })).toMatchObject({ value: { tasks: ids.map((id) => ({ id })) } })
    const texts: string[] = []
    for await (const { id } of control.events(run, { follow: false })) texts.push(id)
    for await (const { text } of control.logs(run, { follow: false })) texts.push(text)
    expect(texts).toStrictEqual([...ids, '0', '1', '2'])
    expect(asked.slice(0, 6)).toStrictEqual([
      'runs 100 null',
      'runs 100 1',
      'runs 100 2',
      'runs 2 null',
      'runs 1 1',
      'runs 9 2',
    ])
  })
})

describe('the token', () => {
  it('goes to the service, and not to where it says that content is put', async () => {
    const sent: (readonly [string | undefined, string | undefined])[] = []
    const note = ({ method, headers }: IncomingMessage): void => void sent.push([method, headers.authorization])
    const bytes = new TextEncoder().encode('content')
    const store = await serving((request, response) => {
      note(request)
      response.writeHead(200).end()
    })
    const upload = { sha256: sha256(bytes), method: 'PUT', url: `${store}/there`, headers: { 'x-signed': 'yes' } }
    const url = await serving((request, response) => {
      note(request)
      json({ uploads: [upload] })(request, response)
    })
    await remoteControlPlane({ url, token, pause }).upload([{ sha256: sha256(bytes), from: { bytes } }])
    expect(sent).toStrictEqual([
      ['POST', `Bearer ${token}`],
      ['PUT', undefined],
    ])
  })

  it('of an engine goes to that engine alone, under any name of this machine', async () => {
    let sent: string | undefined
    const url = await serving((request, response) => {
      sent = request.headers.authorization
      json({ pools: [], capacity: null })(request, response)
    })
    const { port } = new URL(url)
    const asked = async (address: string, own: string | undefined, engine: string | undefined) => {
      const opened = await openRemote({
        url: address,
        token: own,
        engine: async () => (engine === undefined ? undefined : { url: engine, token: 'engine' }),
      })
      if (opened.ok) await opened.value.pools()
      return sent
    }
    expect(await asked(url, undefined, url)).toBe('Bearer engine')
    expect(await asked(`http://localhost:${port}/`, undefined, url)).toBe('Bearer engine')
    expect(await asked(url, 'mine', url)).toBe('Bearer mine')
    expect(await asked(url, undefined, 'http://127.0.0.1:1')).toBeUndefined()
    expect(await asked(url, undefined, undefined)).toBeUndefined()
  })

  it.each([
    ['ftp://host', undefined],
    ['host:80', undefined],
    ['nothing', undefined],
    ['https://host/?stage=1', undefined],
    ['https://ada:secret@host', undefined],
    ['http://example.com', token],
  ])('and the address %s are refused where they do not fit', async (url, own) => {
    expect(await openRemote({ url, token: own, engine: async () => undefined })).toMatchObject({
      ok: false,
      error: { code: 'USAGE', exitCode: 2 },
    })
  })
})

describe('an output', () => {
  const served = (path: string, content: string) => {
    const hash = sha256(new TextEncoder().encode('content'))
    const files = [{ path, bytes: 7, sha256: hash }]
    return serving((request, response) => {
      if (request.url === '/file') response.end(content)
      else if (request.url?.endsWith('/outputs') === true)
        json({ outputs: { all: { type: 'directory', bytes: 7, sha256: canonicalHash(files), href: '/all' } } })(
          request,
          response,
        )
      else json({ files: files.map((file) => ({ ...file, href: '/file' })) })(request, response)
    })
  }

  it('is written below its folder', async () => {
    const control = remoteControlPlane({ url: await served('deep/a', 'content'), pause })
    expect(await control.saveOutput(run, 'all', folder)).toStrictEqual({ ok: true, value: join(folder, 'all') })
    expect(existsSync(join(folder, 'all/deep/a'))).toBe(true)
  })

  it.each(['../escaped', '/tmp/escaped', 'a/../../escaped', '.'])('with a file %s is refused', async (path) => {
    const control = remoteControlPlane({ url: await served(path, 'content'), pause })
    expect(await control.saveOutput(run, 'all', folder)).toMatchObject({ ok: false, error: { code: 'STRANGE-PATH' } })
    expect(existsSync(join(folder, 'escaped'))).toBe(false)
  })

  it('whose content is another one is refused, and not left behind', async () => {
    const control = remoteControlPlane({ url: await served('a', 'changed'), pause })
    expect(await control.saveOutput(run, 'all', folder)).toMatchObject({ ok: false, error: { code: 'OTHER-CONTENT' } })
    expect(existsSync(join(folder, 'all/a'))).toBe(false)
  })
})
