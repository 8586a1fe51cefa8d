import { describe, expect, it } from 'vitest'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { clonePrefix, logKey } from '#contract/object-keys.ts'
import type { RunId } from '#core/run/ids.ts'
import { Definitions } from '#operations/definitions.ts'
import { apiRig, type ApiRig } from '../../builders/api-rig.ts'
import type { Script } from '../../builders/scripted-clone.ts'

const tasks = {
  list: { run: 'ls', outputs: { all: { path: 'all.json' }, folder: { path: 'folder/' } } },
  clean: {
    forEach: { item: { from: 'list.all' } },
    run: 'clean',
    outputs: { cleaned: { path: 'cleaned.txt', type: 'text' } },
  },
  last: { needs: ['clean'], run: 'last' },
}
const outputs = { all: { from: 'list.all' }, cleaned: { from: 'clean.cleaned' } }
const workflow = {
  apiVersion: 'forkcast/v1',
  name: 'reads',
  tasks: { ...tasks, list: { ...tasks.list, outputs: { all: tasks.list.outputs.all } } },
  outputs,
}
const items = Array.from({ length: 12 }, (_, index) => index)
const script: Script = ({ task }) => ({
  takesS: 1,
  outputs: task === 'list' ? { all: items } : { cleaned: new TextEncoder().encode(`${task} was cleaned`) },
})

/** An API with one run that has ended. */
async function ended(): Promise<ApiRig & { readonly id: RunId }> {
  const api = apiRig(script)
  const run = (await api.ask('POST /workflows', { body: { workflow } })).json.runId
  await api.settle(run)
  return { ...api, id: run }
}

/** All items of a list, page by page. */
async function pages(
  api: ApiRig,
  path: string,
  list: 'runs' | 'tasks' | 'events' | 'logs',
): Promise<readonly unknown[][]> {
  const found: unknown[][] = []
  let cursor: string | undefined
  do {
    const { json } = await api.ask(`GET ${path}${cursor === undefined ? '' : `&cursor=${cursor}`}`)
    found.push([...(json[list] as readonly unknown[])])
    cursor = json.nextCursor
  } while (cursor !== undefined)
  return found
}

describe('lists', () => {
  it('of runs come newest first, page by page', async () => {
    const api = apiRig(script)
    const submitted: string[] = []
    for (let count = 0; count < 5; count += 1) {
      submitted.unshift((await api.ask('POST /workflows', { body: { workflow } })).json.runId)
      await api.clock.advance(1_000)
    }
    const found = (await pages(api, '/runs?limit=2', 'runs')) as { readonly id: string }[][]
    expect(found.map((page) => page.length)).toStrictEqual([2, 2, 1])
    expect(found.flat().map(({ id }) => id)).toStrictEqual(submitted)
  })

  it('of runs mark the one whose workflow is gone, which is an error to ask for', async () => {
    const api = apiRig(script, { ports: { definitions: new Definitions(new MemoryObjects()) } })
    const { runId } = (await api.ask('POST /workflows', { body: { workflow } })).json
    const { status, json } = await api.ask('GET /runs')
    expect(status).toBe(200)
    expect(json.runs).toMatchObject([
      { id: runId, damage: expect.stringMatching(`the workflow of run ${runId}, is gone`) },
    ])
    await expect(api.ask(`GET /runs/${runId}`)).rejects.toThrow('STATE-DAMAGED')
  })

  it('of tasks come in the order of the workflow, instances by number', async () => {
    const api = await ended()
    const found = (await pages(api, '/runs/latest/tasks?limit=4', 'tasks')) as { readonly id: string }[][]
    const instances = items.map((index) => `clean[${index}]`)
    expect(found.flat().map(({ id }) => id)).toStrictEqual(['clean', ...instances, 'last', 'list'])
    const whole = await api.document(api.id)
    expect(found.flat()).toStrictEqual(JSON.parse(JSON.stringify(whole.tasks)))
  })

  it('of tasks in a state leave out the others', async () => {
    const api = await ended()
    expect((await api.ask('GET /runs/latest/tasks?state=failed')).json).toStrictEqual({ tasks: [] })
    expect((await pages(api, '/runs/latest/tasks?limit=5&state=committed', 'tasks')).flat()).toHaveLength(15)
  })

  it('of events give each once', async () => {
    const api = await ended()
    const found = (await pages(api, '/runs/latest/events?limit=7', 'events')) as { readonly type: string }[][]
    const log = await api.log(api.id)
    expect(found.flat().map(({ type }) => type)).toStrictEqual(log.map(({ event }) => event.type))
    expect(JSON.stringify(found)).not.toContain('"token"')
  })

  it.each([
    '/runs?cursor=x',
    '/runs?cursor=MQ.00000000',
    '/runs?cursor=..%2F..%2Fx',
    '/runs?limit=0',
    '/runs?limit=-1',
    '/runs?limit=1e3',
    '/runs?limit=101',
    '/runs?limit=1&limit=2',
    '/runs?lim=1',
    '/runs?__proto__=1',
    '/runs/latest/tasks?state=done',
    '/runs/latest/logs?task=..',
    '/runs/run_x',
    '/runs/%2e%2e',
    '/runs/%zz',
  ])('refuse %s', async (path) => {
    const api = await ended()
    expect((await api.ask(`GET ${path}`)).status).toBe(400)
  })

  it('refuse the cursor of another list', async () => {
    const api = await ended()
    const { nextCursor } = (await api.ask('GET /runs/latest/events?limit=1')).json
    expect((await api.ask(`GET /runs/latest/tasks?cursor=${nextCursor}`)).json.code).toBe('BAD-CURSOR')
    expect((await api.ask(`GET /runs?cursor=${nextCursor}`)).json.code).toBe('BAD-CURSOR')
  })
})

describe('documents', () => {
  it.each([
    '/runs/latest',
    '/runs/latest/plan',
    '/runs/latest/workflow',
    '/runs/latest/outputs',
    '/openapi.json',
    '/pools',
  ])('%s is not sent again to who knows it', async (path) => {
    const api = await ended()
    const { etag = '' } = (await api.ask(`GET ${path}`)).headers
    const again = await api.ask(`GET ${path}`, { headers: { 'If-None-Match': `"x", W/${etag}` } })
    expect(again).toMatchObject({ status: 304, body: '', headers: { etag } })
    expect((await api.ask(`GET ${path}`, { headers: { 'If-None-Match': '"x"' } })).status).toBe(200)
  })

  it.each(['/runs/run_00000000000', '/runs/run_00000000000/tasks', '/runs/latest/outputs/none', '/nowhere', '/runs/'])(
    '%s is none',
    async (path) => {
      const api = await ended()
      expect((await api.ask(`GET ${path}`)).status).toBe(path === '/runs/' ? 400 : 404)
    },
  )

  it('of a run that is not planned have no plan', async () => {
    const api = apiRig(script, { pools: [] })
    await api.ask('POST /workflows', { body: { workflow } })
    expect((await api.ask('GET /runs/latest/plan')).json).toMatchObject({ status: 404, code: 'RUN-NOT-PLANNED' })
  })
})

describe('outputs', () => {
  it('are listed with where they are read', async () => {
    const api = await ended()
    const { all, 'cleaned[3]': third } = (await api.ask('GET /runs/latest/outputs')).json.outputs
    expect((await api.ask(`GET ${all?.href}`)).json).toStrictEqual(items)
    const answer = await api.ask(`GET ${third?.href}`)
    expect(answer).toMatchObject({
      body: 'clean[3] was cleaned',
      headers: { 'content-type': 'text/plain; charset=utf-8', etag: `"${third?.sha256}"` },
    })
    expect(answer.headers['content-security-policy']).toContain('sandbox')
  })

  it.each([
    ['bytes=0-4', 206, /^clean$/, 'bytes 0-4/20'],
    ['bytes=9-', 206, /^was cleaned$/, 'bytes 9-19/20'],
    ['bytes=-7', 206, /^cleaned$/, 'bytes 13-19/20'],
    ['bytes=99-', 416, /RANGE/, 'bytes */20'],
    ['lines=1-2', 200, /^clean.3. was cleaned$/, undefined],
  ])('give the range %s', async (range, status, body, contentRange) => {
    const answer = await (await ended()).ask('GET /runs/latest/outputs/cleaned%5B3%5D', { headers: { Range: range } })
    expect({ status: answer.status, range: answer.headers['content-range'] }).toStrictEqual({
      status,
      range: contentRange,
    })
    expect(answer.body).toMatch(body)
  })

  it('are given whole when the range is of another version', async () => {
    const headers = { Range: 'bytes=0-4', 'If-Range': '"another"' }
    expect((await (await ended()).ask('GET /runs/latest/outputs/cleaned[3]', { headers })).status).toBe(200)
  })

  it('that are large are read elsewhere', async () => {
    const large = new Uint8Array(5 * 1024 ** 2)
    const api = apiRig(() => ({ takesS: 1, outputs: { x: large } }))
    const task = { run: 'x', outputs: { x: { path: 'x' } } }
    const body = { workflow: { ...workflow, tasks: { task }, outputs: { x: { from: 'task.x' } } } }
    const { runId } = (await api.ask('POST /workflows', { body })).json
    await api.settle(runId)
    const answer = await api.ask('GET /runs/latest/outputs/x')
    expect(answer).toMatchObject({ status: 307, headers: { location: expect.stringMatching(/^\/downloads\/runs\//) } })
    const part = await api.ask('GET /runs/latest/outputs/x', { headers: { Range: 'bytes=0-9' } })
    expect(part).toMatchObject({ status: 206, body: '\0'.repeat(10) })
  })
})

describe('logs', () => {
  const write = (api: ApiRig & { readonly id: RunId }, task: string, stream: 'stdout' | 'stderr', bytes: Uint8Array) =>
    api.objects.writeOnce(logKey(clonePrefix({ run: api.id, task, attempt: 1, clone: 0 }, 1), stream), bytes)

  it('come log after log, in pieces between characters', async () => {
    const api = await ended()
    const long = `${'x'.repeat(64 * 1024 - 1)}é${'y'.repeat(10)}`
    await write(api, 'clean[2]', 'stdout', new TextEncoder().encode(long))
    await write(api, 'clean[2]', 'stderr', new TextEncoder().encode('warned'))
    await write(api, 'list', 'stdout', new TextEncoder().encode('listed'))
    const found = (await pages(api, '/runs/latest/logs?limit=1', 'logs')) as {
      text: string
      task: string
      stream: string
      offset: number
    }[][]
    expect(found.map((page) => page.length)).toStrictEqual([1, 1, 1, 1, 0])
    const [first, second, third, fourth] = found.flat()
    expect([first?.text.length, second?.text, second?.offset]).toStrictEqual([65_535, 'éyyyyyyyyyy', 65_535])
    expect(third).toMatchObject({ task: 'clean[2]', stream: 'stderr', text: 'warned' })
    expect(fourth).toMatchObject({ task: 'list', stream: 'stdout', text: 'listed' })
    const { json } = await api.ask('GET /runs/latest/logs?task=list')
    expect(json).toStrictEqual({
      logs: [{ task: 'list', attempt: 1, clone: 0, stream: 'stdout', offset: 0, text: 'listed' }],
    })
  })

  it('of a clone that goes on can be followed', async () => {
    const api = apiRig(() => ({ takesS: 600 }))
    const body = { workflow: { ...workflow, tasks: { task: { run: 'x' } }, outputs: {} } }
    const run = (await api.ask('POST /workflows', { body })).json.runId
    await api.clock.advance(10_000)
    const path = '/runs/latest/logs?task=task&attempt=1&clone=0&stream=stdout'
    const before = (await api.ask(`GET ${path}`)).json
    expect(before).toStrictEqual({ logs: [], nextCursor: expect.any(String) })
    await write({ ...api, id: run }, 'task', 'stdout', new TextEncoder().encode('begun'))
    const after = (await api.ask(`GET ${path}&cursor=${before.nextCursor}`)).json
    expect(after.logs).toMatchObject([{ offset: 0, text: 'begun' }])
    await api.settle(run)
    const over = await api.ask(`GET ${path}&cursor=${after.nextCursor}`)
    expect(over.json).toStrictEqual({ logs: [] })
  })
})
