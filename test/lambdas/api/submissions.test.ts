import { describe, expect, it } from 'vitest'
import type { RunId } from '#core/run/ids.ts'
import { apiRig } from '../../builders/api-rig.ts'

const hello = { apiVersion: 'forkcast/v1', name: 'hello', tasks: { hello: { run: 'echo hello' } } }
const quick = () => ({ takesS: 1 })

describe('POST /workflows', () => {
  it('takes a workflow, answers with the run to follow, and runs it', async () => {
    const api = apiRig(quick)
    const taken = await api.ask('POST /workflows', { body: { workflow: hello } })
    expect(taken).toMatchObject({ status: 202, headers: { location: `/runs/${taken.json.runId}` } })
    await api.settle(taken.json.runId)
    expect((await api.ask('GET /runs/latest')).json).toMatchObject({ id: taken.json.runId, state: 'succeeded' })
  })

  it('takes an uploaded document by its hash, and knows it as the same', async () => {
    const api = apiRig(quick)
    const workflow = await api.upload(JSON.stringify({ ...hello, code: 'none' }))
    await api.ask('POST /workflows', { body: { workflow } })
    await api.ask('POST /workflows', { body: { workflow: hello } })
    const { runs } = (await api.ask('GET /runs')).json
    expect(runs[0]?.workflowHash).toBe(runs[1]?.workflowHash)
  })

  it.each([
    ['an unknown field, with what was meant', { workflw: hello }, '/workflw', 'did you mean `workflow`?'],
    [
      'an unknown key of the workflow, likewise',
      { workflow: { ...hello, naem: 'x' } },
      '/workflow/naem',
      'did you mean `name`?',
    ],
    ['no workflow', {}, '/workflow', /./],
    ['another type', { workflow: 7 }, '/workflow', /write a workflow document/],
    ['a path for a workflow', { workflow: '../../etc/passwd' }, '/workflow', /./],
    ['a workflow that was not uploaded', { workflow: `sha256:${'a'.repeat(64)}` }, '/workflow', /POST \/uploads/],
    ['a parameter that there is not', { workflow: hello, params: { n: 1 } }, '/params/n', 'the workflow has none'],
    [
      'a policy that there is not',
      { workflow: hello, policy: { clonning: true } },
      '/policy/clonning',
      'did you mean `cloning`?',
    ],
    ['a folder of the sender', { workflow: { ...hello, code: '/etc' } }, '/workflow/code', /./],
    [
      'a file of the sender',
      { workflow: { ...hello, tasks: { hello: { run: 'x', inputs: { p: { file: 'passwd' } } } } } },
      '/workflow/tasks/hello/inputs/p',
      /POST \/uploads/,
    ],
  ])('refuses %s', async (_, body, path, hint) => {
    const { status, json } = await apiRig(quick).ask('POST /workflows', { body })
    expect({ status, path: json.path }).toStrictEqual({ status: 400, path })
    expect(json.hint).toMatch(hint)
  })

  it.each([
    ['no JSON', '{', 400, 'WF-SYNTAX'],
    ['a key twice', '{"workflow":{},"workflow":{}}', 400, 'WF-DUPLICATE-KEY'],
    ['what is nested too deep', '['.repeat(100_000), 400, 'WF-LIMIT'],
    ['a list', '[]', 400, 'BAD-VALUE'],
  ])('refuses %s', async (_, body, status, code) => {
    expect(await apiRig(quick).ask('POST /workflows', { body })).toMatchObject({ status, json: { code } })
  })

  it('refuses what is not said to be JSON', async () => {
    const headers = { 'Content-Type': 'text/plain' }
    expect((await apiRig(quick).ask('POST /workflows', { body: { workflow: hello }, headers })).status).toBe(415)
  })

  it('takes code and files by their hashes, and wants all of them', async () => {
    const api = apiRig(quick)
    const file = await api.upload('content')
    const files = [{ bytes: 7, executable: false, path: 'a.txt', sha256: file.slice(7) }]
    const code = await api.upload(JSON.stringify({ files, links: [] }))
    const lost = await api.upload(JSON.stringify({ files: [{ ...files[0], sha256: 'b'.repeat(64) }], links: [] }))
    const other = await api.upload('{}')
    const task = { run: 'cat a.txt "$INPUT_F"', inputs: { f: { file: 'f.txt', blob: file } } }
    const submit = (blob: string) =>
      api.ask('POST /workflows', { body: { workflow: { ...hello, code: { blob }, tasks: { task } } } })
    expect((await submit(code)).status).toBe(202)
    const kept = (await api.ask('GET /runs/latest/workflow')).json
    expect(kept).toMatchObject({ code: { blob: code }, tasks: { task: { inputs: { f: { blob: file } } } } })
    expect((await submit(lost)).json).toMatchObject({
      path: '/workflow/tasks/task/code',
      detail: expect.stringContaining('a.txt'),
    })
    expect((await submit(other)).json.detail).toContain('not the manifest')
    expect((await submit(`sha256:${'c'.repeat(64)}`)).json.detail).toContain('not uploaded')
  })
})

describe('Idempotency-Key', () => {
  const keyed = (workflow: unknown, key = 'k') => ({ body: { workflow }, headers: { 'Idempotency-Key': key } })

  it('gives the same answer to the same request, and runs it once', async () => {
    const api = apiRig(quick)
    const first = await api.ask('POST /workflows', keyed(hello))
    const again = await api.ask('POST /workflows', keyed({ ...hello, code: 'none' }))
    await api.settle(first.json.runId)
    const late = await api.ask('POST /workflows', keyed(hello))
    expect([again.json, late.json]).toStrictEqual([first.json, first.json])
    expect([again.headers['location'], late.status]).toStrictEqual([first.headers['location'], 202])
    expect((await api.ask('GET /runs')).json.runs).toHaveLength(1)
  })

  it('refuses another request under a key, and takes it under another', async () => {
    const api = apiRig(quick)
    await api.ask('POST /workflows', keyed(hello))
    const other = { ...hello, name: 'other' }
    expect(await api.ask('POST /workflows', keyed(other))).toMatchObject({ status: 422, json: { code: 'KEY-REUSED' } })
    expect((await api.ask('POST /workflows', keyed(other, 'l'))).status).toBe(202)
  })

  it('refuses a second request while the first is at work', async () => {
    const api = apiRig(quick)
    const both = await Promise.all([api.ask('POST /workflows', keyed(hello)), api.ask('POST /workflows', keyed(hello))])
    expect(new Set(both.map(({ status }) => status))).toStrictEqual(new Set([202, 409]))
  })

  it('outlives the engine: another one over the same state gives the same answer, and goes on', async () => {
    const before = apiRig(quick)
    const { runId } = (await before.ask('POST /workflows', keyed(hello))).json
    await before.engine.close({ drainS: 0 })
    const { store, objects } = before
    const after = apiRig(quick, { store, objects, startMs: before.clock.nowMs() })
    await after.engine.recover()
    expect((await after.ask('POST /workflows', keyed(hello))).json).toStrictEqual({ runId })
    await after.settle(runId)
    expect((await after.ask(`GET /runs/${runId}`)).json.state).toBe('succeeded')
    expect((await after.ask('POST /workflows', keyed({ ...hello, name: 'other' }))).status).toBe(422)
  })

  it('makes one run of a retry that is asked for twice, also by `latest`', async () => {
    const failing: { run?: RunId } = {}
    const api = apiRig((slot) =>
      slot.run === failing.run
        ? { takesS: 1, fails: { cause: 'user-error', confidence: 'certain', exitCode: 1, signal: null, evidence: 'x' } }
        : { takesS: 1 },
    )
    const first = (await api.ask('POST /workflows', { body: { workflow: hello } })).json.runId
    failing.run = first
    await api.settle(first)
    const retry = { headers: { 'Idempotency-Key': 'again' }, body: {} }
    const once = await api.ask('POST /runs/latest/retry', retry)
    const twice = await api.ask('POST /runs/latest/retry', retry)
    expect(once.status).toBe(202)
    expect(twice.json).toStrictEqual(once.json)
    await api.settle(once.json.runId)
    expect((await api.ask('GET /runs')).json.runs).toMatchObject([
      { retryOf: first, state: 'succeeded' },
      { state: 'failed' },
    ])
    expect((await api.ask('POST /runs/latest/retry', { ...retry, body: { force: ['hello'] } })).status).toBe(422)
  })
})

it('POST /plans says what a submission would come to, and stores nothing', async () => {
  const api = apiRig(quick)
  const { status, json } = await api.ask('POST /plans', { body: { workflow: hello } })
  expect({ status, tasks: Object.keys(json.tasks) }).toStrictEqual({ status: 200, tasks: ['hello'] })
  expect((await api.ask('GET /runs')).json).toStrictEqual({ runs: [] })
})
