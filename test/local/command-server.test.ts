import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { maxCommandBytes, type Commands } from '#contract/commands.ts'
import { err, ok } from '#core/result.ts'
import { commandClient } from '#local/command-client.ts'
import { serveCommands, type CommandServer } from '#local/command-server.ts'
import { dag } from '../builders/dag.ts'

const run = 'run_0123456789abcdefgh'
const workflow = dag('A -> B')

let objects: MemoryObjects
let server: CommandServer
let asked: unknown[]
let hold: Promise<void>
const commands: Commands = {
  submit: async (request) => {
    asked.push(request)
    await hold
    return ok({ runId: run })
  },
  cancel: async (...words) => {
    asked.push(words)
    return ok(undefined)
  },
  resume: async () => err({ code: 'RUN-ENDED', message: 'it has ended', fix: 'retry it', exitCode: 5 }),
  retry: async () => {
    throw Object.assign(new Error('write'), { code: 'ENOSPC', path: '/state/store' })
  },
}

beforeEach(async () => {
  objects = new MemoryObjects()
  asked = []
  hold = Promise.resolve()
  server = await serveCommands({ commands, objects, token: 'right' })
})
afterEach(() => server.close())

async function post(path: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(new URL(path, server.address.url), {
    method: 'POST',
    body,
    headers: { authorization: 'Bearer right', ...headers },
  })
  return { status: answer.status, ...((await answer.json()) as object) }
}

describe('commands over the socket', () => {
  const client = (answerMs?: number) =>
    commandClient({ address: server.address, objects, ...(answerMs === undefined ? {} : { answerMs }) })
  const request = { workflow, params: { n: 1 }, policy: { cloning: true, hedging: false } }

  it('carry a workflow, its parameters and policy, and the id of the run back', async () => {
    expect(await client().submit(request)).toStrictEqual(ok({ runId: run }))
    expect(asked).toStrictEqual([JSON.parse(JSON.stringify(request))])
  })

  it('carry words, and the engine’s own problem', async () => {
    expect(await client().cancel(run, 'enough')).toStrictEqual(ok(undefined))
    expect(asked).toStrictEqual([[run, 'enough']])
    const ended = { code: 'RUN-ENDED', message: 'it has ended', fix: 'retry it', exitCode: 5 }
    expect(await client().resume(run)).toStrictEqual(err(ended))
  })

  it('name what the machine of the engine refused', async () => {
    const full = { code: 'DISK-FULL', message: expect.stringContaining('/state/store'), exitCode: 1 }
    expect(await client().retry(run, { force: ['A'] })).toMatchObject(err(full))
  })

  it('give up on an engine that does not answer', async () => {
    const stuck = Promise.withResolvers<void>()
    hold = stuck.promise
    expect(await client(50).submit(request)).toMatchObject(err({ code: 'ENGINE-SILENT', exitCode: 6 }))
    stuck.resolve()
  })

  it('say that nothing was done once the engine has ended, or another one has its port', async () => {
    const stranger = commandClient({ address: { ...server.address, token: 'wrong' }, objects })
    expect(await stranger.resume(run)).toMatchObject(err({ code: 'ENGINE-GONE' }))
    await server.close()
    expect(await client().resume(run)).toMatchObject(err({ code: 'ENGINE-GONE' }))
  })
})

describe('the socket', () => {
  it.each(['', 'Bearer wrong', 'Bearer righ', 'right', 'Basic right'])(
    'refuses “%s” with 401',
    async (authorization) => {
      expect(await post(`/runs/${run}/cancel`, '{"reason":""}', { authorization })).toMatchObject({ status: 401 })
      expect(asked).toStrictEqual([])
    },
  )

  it.each([
    ['no JSON', `/runs/${run}/cancel`, '{'],
    ['nothing', `/runs/${run}/resume`, ''],
    ['another shape', `/runs/${run}/cancel`, '[]'],
    ['an unknown key', `/runs/${run}/resume`, '{"now":true}'],
    ['a wrong type', `/runs/${run}/retry`, '{"force":"A"}'],
    ['a workflow that is not stored', '/workflows', submission('sha256:'.padEnd(71, 'a'))],
    ['a path for a workflow', '/workflows', submission('../../etc/passwd')],
  ])('refuses %s with a problem, 400', async (_, path, body) => {
    expect(await post(path, body)).toMatchObject({ status: 400, code: 'BAD-COMMAND', exitCode: 2 })
    expect(asked).toStrictEqual([])
  })

  it('refuses an object that is no workflow', async () => {
    const bytes = new TextEncoder().encode('{"tasks":[{}]}')
    const { createHash } = await import('node:crypto')
    const hash = createHash('sha256').update(bytes).digest('hex')
    await objects.writeOnce(`blobs/${hash}`, bytes)
    expect(await post('/workflows', submission(`sha256:${hash}`))).toMatchObject({ status: 400 })
  })

  it('refuses other paths and methods', async () => {
    expect(await post('/runs/../x/cancel', '{}')).toMatchObject({ status: 404 })
    const got = await fetch(new URL('/workflows', server.address.url), { headers: { authorization: 'Bearer right' } })
    expect(got.status).toBe(405)
  })

  it('reads no more than a command may have, said or not', async () => {
    const head = `POST /workflows HTTP/1.1\r\nhost: x\r\nauthorization: Bearer right\r\n`
    expect(await raw(`${head}content-length: ${maxCommandBytes + 1}\r\n\r\n`)).toContain('413')
    const half = 'x'.repeat(maxCommandBytes / 2 + 1)
    const chunk = `${half.length.toString(16)}\r\n${half}\r\n`
    expect(await raw(`${head}transfer-encoding: chunked\r\n\r\n${chunk}${chunk}`)).toContain('413')
  })

  it('listens on this machine only', () => {
    expect(server.address.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })
})

function submission(workflowHash: string): string {
  return JSON.stringify({ workflow: workflowHash, params: {}, policy: { cloning: true, hedging: true } })
}

/** Sends bytes, and gives what comes back until the other side closes. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(server.address.url).port), '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(bytes)
  await closed
  return text
}
