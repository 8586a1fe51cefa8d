import fc from 'fast-check'
import { expect, it } from 'vitest'
import { routes } from '#contract/api/routes.ts'
import { apiRig } from '../../builders/api-rig.ts'

const workflow = {
  apiVersion: 'forkcast/v1',
  name: 'any',
  tasks: { t: { run: 'x', outputs: { x: { path: 'x.json' } } } },
  outputs: { x: { from: 't.x' } },
}

/** Words that are right somewhere, nearly right, or nowhere. */
const word = fc.oneof(
  fc.constantFrom(
    'latest',
    'run_00000000',
    'x',
    'x[0]',
    't',
    't[0]',
    'succeeded',
    'stdout',
    '1',
    '0',
    '-1',
    '1e99',
    '',
  ),
  fc.constantFrom(
    '..',
    '%2e%2e',
    '%00',
    '%zz',
    '../../etc/passwd',
    '__proto__',
    'constructor',
    'MQ.00000000',
    'MQ.f6022eac',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }).map(encodeURIComponent),
)
const query = fc.dictionary(
  fc.oneof(fc.constantFrom('cursor', 'limit', 'state', 'task', 'attempt', 'clone', 'stream', 'file'), word),
  word,
  { maxKeys: 3 },
)
const headers = fc.dictionary(
  fc.constantFrom('Accept', 'If-None-Match', 'Range', 'If-Range', 'Last-Event-ID', 'Idempotency-Key', 'Content-Type'),
  fc.oneof(
    word,
    fc.constantFrom(
      'text/event-stream',
      'application/json',
      '*',
      'bytes=0-0',
      'bytes=5-1',
      'bytes=-0',
      'bytes=0-99999999999999999',
    ),
  ),
  { maxKeys: 3 },
)
const body = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.string({ unit: 'binary' }),
  fc.record(
    {
      workflow: fc.oneof(
        { weight: 4, arbitrary: fc.constant(workflow) },
        fc.jsonValue(),
        fc.constant(`sha256:${'0'.repeat(64)}`),
      ),
      params: fc.jsonValue(),
      policy: fc.record({ cloning: fc.boolean(), hedging: fc.boolean() }, { requiredKeys: [] }),
    },
    { requiredKeys: ['workflow'] },
  ),
  fc.record({ force: fc.array(word), reason: word }, { requiredKeys: [] }),
  fc.array(fc.record({ sha256: word, bytes: fc.integer() })),
)
/** Content is put beside the handler. */
const served = Object.values(routes).filter(({ operation }) => operation !== 'putUpload')
const request = fc.constantFrom(...served).chain(({ method, path }) => {
  const parts = path
    .split('/')
    .map((part) => (part.startsWith('{') ? fc.oneof(fc.constant('latest'), word) : fc.constant(part)))
  return fc.record({
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constant(method) },
      { weight: 1, arbitrary: fc.constantFrom('DELETE', 'PUT', 'HEAD') },
    ),
    path: fc.tuple(...parts).map((words) => words.join('/')),
    query,
    headers,
    body: fc.option(body as fc.Arbitrary<unknown>, { nil: undefined }),
  })
})

it('whatever is asked is answered as the table says, and never with a fault', async () => {
  const api = apiRig(() => ({ takesS: 1, outputs: { x: [1, 2, 3] } }))
  const { runId } = (await api.ask('POST /workflows', { body: { workflow } })).json
  await api.settle(runId)
  const statuses = new Set<number>()
  const ask = fc.asyncProperty(request, async ({ method, path, query: asked, headers: sent, body: given }) => {
    const words = new URLSearchParams(Object.entries(asked)).toString()
    // `ask` throws on an answer that is not documented.
    const { status } = await api.ask(`${method} ${path}${words === '' ? '' : `?${words}`}`, {
      headers: sent,
      body: given,
    })
    statuses.add(status)
  })
  const taken = { method: 'POST' as const, path: '/workflows', query: {}, headers: {}, body: { workflow } }
  await fc.assert(ask, { numRuns: 2_000, examples: [[taken]] })
  expect([...statuses]).toStrictEqual(expect.arrayContaining([200, 202, 400, 404, 405]))
})
