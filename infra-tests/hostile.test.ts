import { describe, expect, it } from 'vitest'
import { agentPath, clonePaths } from '#contract/clone-requests.ts'
import { authorise, deployed, ended, jobsOf, submitted } from './deployed.ts'

/** A request of whoever may call the API, with whatever it says. */
async function asked(method: string, path: string, body?: string | object, headers: Record<string, string> = {}) {
  const request = new Request(deployed.apiUrl + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  if (headers['authorization'] === undefined) await authorise(request)
  const response = await fetch(request)
  const text = await response.text()
  return { status: response.status, type: response.headers.get('content-type'), text }
}

const tasks = { a: { run: 'true' } }
const head = { apiVersion: 'forkcast/v1', name: 'hostile', code: 'none' }
const cycle = { a: { run: 'true', needs: ['b'] }, b: { run: 'true', needs: ['a'] } }
const outside = { a: { run: 'true', outputs: { o: { path: '../../etc/passwd' } } } }
const noRun = 'run_00000000000000000000000000000000'
const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`

describe('what is asked wrongly is refused by the handler itself, as a problem with its words', () => {
  it.each<[string, string, number, (string | object)?]>([
    ['POST', '/workflows', 400, 'not JSON'],
    ['POST', '/workflows', 400, '{"workflow":'],
    ['POST', '/workflows', 400, deep],
    ['POST', '/workflows', 400, []],
    ['POST', '/workflows', 400, { workflow: { ...head, tasks }, unknown: 1 }],
    ['POST', '/workflows', 400, '{"__proto__":{"workflow":{}},"workflow":{}}'],
    ['POST', '/workflows', 400, { workflow: { ...head, tasks: cycle } }],
    ['POST', '/workflows', 400, { workflow: { ...head, tasks: outside } }],
    ['POST', '/workflows', 400, { workflow: { ...head, tasks, apiVersion: 'forkcast/v9' } }],
    ['POST', '/workflows', 400, { workflow: `sha256:${'0'.repeat(64)}` }],
    ['POST', '/uploads', 400, [{ sha256: 'short', bytes: 1 }]],
    ['POST', '/uploads', 400, [{ sha256: '0'.repeat(64), bytes: -1 }]],
    ['PUT', `/uploads/${'0'.repeat(64)}`, 404, 'other bytes'],
    ['GET', '/runs?limit=1000000', 400],
    ['GET', '/runs?cursor=%00%ff', 400],
    ['GET', '/runs?state=asleep', 400],
    ['GET', '/runs?unknown=1', 400],
    ['GET', `/runs/${noRun}`, 404],
    ['GET', '/runs/..%2f..%2fetc%2fpasswd', 404],
    ['GET', `/runs/${noRun}/outputs/__proto__`, 400],
    ['POST', `/runs/${noRun}/cancel`, 404, { reason: 'none' }],
    ['GET', '/nothing/of/the/kind', 404],
    ['DELETE', '/runs', 405],
    ['PATCH', `/runs/${noRun}`, 405],
  ])('%s %s: %i', async (method, path, status, body) => {
    const said = await asked(method, path, body)
    expect(said).toMatchObject({ status, type: 'application/problem+json' })
    expect(JSON.parse(said.text)).toMatchObject({
      code: expect.stringMatching(/^[A-Z][A-Z-]+$/),
      detail: expect.any(String),
    })
  })

  it('by the clone API without the token of a clone, and one that has ended gets no lease', async () => {
    const id = await submitted({ name: 'spent', tasks: { once: { run: 'true', resources: { memory: '64MiB' } } } })
    await ended(id)
    const [job] = await jobsOf(id, 'once/1/0')
    const environment = new Map(job?.container?.environment?.map(({ name = '', value = '' }) => [name, value]))
    const spent = environment.get('FORKCAST_CLONE_TOKEN') ?? ''
    const clone = JSON.parse(environment.get('FORKCAST_CLONE_ID') ?? '{}') as object
    expect(spent).not.toBe('')
    const forged = `${spent.slice(0, -4)}AAAA`
    for (const authorization of ['', 'Bearer ', `Bearer ${forged}`]) {
      for (const path of [clonePaths.lease, agentPath]) {
        const said = await asked('POST', path, { ...clone, holder: 'somebody' }, { authorization })
        expect([path, authorization, said.status, said.type]).toStrictEqual([
          path,
          authorization,
          403,
          'application/problem+json',
        ])
      }
    }
    const late = await asked(
      'POST',
      clonePaths.lease,
      { ...clone, holder: 'somebody' },
      { authorization: `Bearer ${spent}` },
    )
    expect(JSON.parse(late.text)).toMatchObject({ granted: false })
    expect(late.text).not.toContain('secretAccessKey')
  })
})
