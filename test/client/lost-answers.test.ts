import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { remoteControlPlane } from '#client/remote-control-plane.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { EventDocument, RunDocument } from '#contract/run-document.ts'
import { sha256 } from '#core/hash.ts'
import { ok } from '#core/result.ts'
import { FaultyLine } from './faulty-line.ts'
import { Site } from './site.ts'

const large = 5 * 1024 ** 2
const chain = {
  apiVersion: 'forkcast/v1',
  name: 'chain',
  code: 'none',
  tasks: {
    first: { run: 'echo one > "$OUTPUT_X"; echo said', outputs: { x: { path: 'x.txt' } } },
    large: {
      run: `cat "$INPUT_X" > "$OUTPUT_Y"; head -c ${large} /dev/zero >> "$OUTPUT_Y"`,
      inputs: { x: { from: 'first.x' } },
      outputs: { y: { path: 'y.bin' } },
    },
  },
  outputs: { y: { from: 'large.y' } },
}

let site: Site
let done: RunDocument
beforeAll(async () => {
  site = await Site.of('remote')
  done = await site.run('run', site.write('chain.json', chain))
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

let line: FaultyLine
let control: ControlPlane
let pausesMs: number[]
beforeEach(async () => {
  line = await FaultyLine.to(() => site.address.url)
  pausesMs = []
  const pause = async (ms: number): Promise<void> => void pausesMs.push(ms)
  control = remoteControlPlane({ url: line.url, token: site.address.token, pause })
  site.front = line.url
})
afterEach(async () => {
  site.front = undefined
  await control.close({ drainS: 0 })
  await line[Symbol.asyncDispose]()
})

const ids = async (): Promise<readonly string[]> => (await control.runs({ limit: 100 })).runs.map(({ id }) => id)
const all = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}
const once = (wanted: string, kind: 'lost') => (asked: string, earlier: number) =>
  asked === wanted && earlier === 0 ? { kind } : undefined

describe('an answer that is lost', { timeout: 60_000 }, () => {
  it('of a submission makes no second run', async () => {
    const before = await ids()
    line.fault = once('POST /workflows', 'lost')
    const run = await site.run('run', site.write('chain.json', chain))
    expect(line.asked.filter((asked) => asked === 'POST /workflows')).toHaveLength(2)
    expect(await ids()).toStrictEqual([run.id, ...before])
  })

  it('of a retry makes no second run', async () => {
    const before = await ids()
    line.fault = once(`POST /runs/${done.id}/retry`, 'lost')
    const run = await site.run('retry', done.id, '--force', 'large')
    expect(run).toMatchObject({ state: 'succeeded', retryOf: done.id })
    expect(await ids()).toStrictEqual([run.id, ...before])
  })

  it('of a cancellation is no conflict with what it did', async () => {
    const started = await site.forkcast('run', '-d', site.sleeping())
    const run = started.stdout.trim()
    line.fault = once(`POST /runs/${run}/cancel`, 'lost')
    expect(await control.cancel(run, 'enough')).toStrictEqual(ok(undefined))
    expect(line.asked.filter((asked) => asked.endsWith('/cancel'))).toHaveLength(2)
    expect(await control.run(run, { tasks: false })).toMatchObject({
      value: { state: expect.stringMatching(/^cancell/) },
    })
  })

  it('of an upload is no upload that is missing', async () => {
    line.fault = (asked, earlier) => (asked.startsWith('PUT') && earlier === 0 ? { kind: 'lost' } : undefined)
    const bytes = new TextEncoder().encode('uploaded')
    const file = site.write('uploaded.txt', 'uploaded too')
    await control.upload([
      { sha256: sha256(bytes), from: { bytes } },
      { sha256: sha256(new TextEncoder().encode('uploaded too')), from: { file } },
    ])
    expect(line.asked.filter((asked) => asked.startsWith('PUT'))).toHaveLength(4)
    // What is known is not sent again.
    await control.upload([{ sha256: sha256(bytes), from: { bytes } }])
    expect(line.asked.filter((asked) => asked.startsWith('PUT'))).toHaveLength(4)
  })
})

describe('an answer that breaks off', { timeout: 60_000 }, () => {
  it('goes on after the last whole event, wherever it is cut', async () => {
    const listed = await all<EventDocument>(control.events(done.id, { follow: false }))
    for (const afterBytes of [0, 40, 700, 5_000]) {
      line.asked.length = 0
      line.fault = (asked, earlier) =>
        asked.endsWith('/events') && earlier < 3 ? { kind: 'cut', afterBytes } : undefined
      expect(await all(control.events(done.id, { follow: true }))).toStrictEqual(listed)
    }
    const after = listed[3]?.cursor ?? ''
    expect(await all(control.events(done.id, { follow: true, after }))).toStrictEqual(listed.slice(4))
  })

  it('is asked for again, when it is a document', async () => {
    line.fault = (_, earlier) => (earlier === 0 ? { kind: 'cut', afterBytes: 20 } : undefined)
    expect(await control.run(done.id, { tasks: true })).toStrictEqual(ok(done))
    expect(await all(control.logs(done.id, { follow: true }))).toStrictEqual([
      { task: 'first', attempt: 1, clone: 0, stream: 'stdout', text: 'said\n' },
    ])
  })

  it('leaves no half of an output behind', async () => {
    // Each link is another one.
    const downloads = (): number => line.asked.filter((asked) => asked.startsWith('GET /downloads/')).length
    const cuts = (most: number) => (asked: string) =>
      asked.startsWith('GET /downloads/') && downloads() <= most
        ? ({ kind: 'cut', afterBytes: large / 2 } as const)
        : undefined
    const folder = join(site.runs.folder, 'saved')
    line.fault = cuts(99)
    expect(await control.saveOutput(done.id, 'y', folder)).toMatchObject({ ok: false, error: { exitCode: 6 } })
    expect(() => statSync(join(folder, 'y'))).toThrow('ENOENT')
    line.asked.length = 0
    line.fault = cuts(2)
    expect(await control.saveOutput(done.id, 'y', folder)).toStrictEqual(ok(join(folder, 'y')))
    expect(statSync(join(folder, 'y')).size).toBe(large + 4)
    expect(readFileSync(join(folder, 'y')).subarray(0, 4).toString()).toBe('one\n')
    // What is there is not read again.
    line.asked.length = 0
    expect(await control.saveOutput(done.id, 'y', folder)).toStrictEqual(ok(join(folder, 'y')))
    expect(line.asked).toStrictEqual([`GET /runs/${done.id}/outputs`])
  })
})

describe('a service that is busy', () => {
  it('is asked again, later and later, and no sooner than it says', async () => {
    line.fault = (_, earlier) =>
      earlier < 2
        ? { kind: 'refused', status: 503, ...(earlier === 1 ? { headers: { 'retry-after': '3' } } : {}) }
        : undefined
    expect(await control.run('latest', { tasks: false })).toMatchObject({ ok: true })
    expect(pausesMs).toHaveLength(2)
    expect(pausesMs[0]).toBeLessThan(200)
    expect(pausesMs[1]).toBe(3_000)
  })

  it('is given up in the end, with exit code 6', async () => {
    line.fault = () => ({ kind: 'refused', status: 429 })
    expect(await control.run('latest', { tasks: false })).toMatchObject({ error: { code: 'HTTP-429', exitCode: 6 } })
    expect(line.asked).toHaveLength(5)
    line.fault = () => ({ kind: 'lost' })
    expect(await site.forkcast('ls')).toMatchObject({ code: 6, stderr: expect.stringContaining('API-UNREACHABLE') })
  })
})
