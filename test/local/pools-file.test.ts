import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EmulatedPool } from '#core/pools/emulation.ts'
import { defaultPools } from '#core/pools/pool-defaults.ts'
import { readPoolsFile } from '#local/pools-file.ts'

const laptop = { vcpus: 2, memoryMiB: 6144, gpus: 0 }
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forkcast-pools-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(text: string, machine = laptop) {
  const path = join(folder, 'forkcast.pools.yaml')
  await writeFile(path, text)
  return readPoolsFile(path, { machine })
}

/** The pools of a file with nothing else in it. */
async function pools(text: string, machine = laptop): Promise<readonly EmulatedPool[]> {
  const result = await read(`apiVersion: forkcast/v1\npools:\n${text}`, machine)
  if (!result.ok) throw new Error(JSON.stringify(result.error.diagnostics))
  return result.value.pools
}

/** What is wrong with a file: `code path line: message (fix)`. */
async function errors(text: string, machine = laptop): Promise<readonly string[]> {
  const result = await read(text, machine)
  if (result.ok) throw new Error('nothing is wrong')
  return result.error.diagnostics.map(
    ({ code, path, position, message, fix }) => `${code} ${path} ${position?.line ?? '-'}: ${message} (${fix})`,
  )
}

describe('a pools file', () => {
  it('says all of a pool, each in its own unit', async () => {
    const result = await read(`
apiVersion: forkcast/v1
machine: { vcpus: 4, memory: 8GiB, gpus: 1 }
timeScale: 10
seed: 7
x-note: is not looked at
pools:
  fast:
    tier: hot
    accelerator: cpu
    purchase: on-demand
    vcpus: 1.5
    memory: 2GiB
    startDelay: 250ms
    price: { vcpuHour: 0.034, gibHour: 0.0045, gpuHour: 0 }
    spillsTo: [far]
  far: { tier: cold, accelerator: gpu, purchase: spot, vcpus: 2, memory: 1GiB, gpus: 1, startDelay: { p50: 500ms, p90: 1s }, reclaim: { perHour: 6 } }
`)
    expect(result).toStrictEqual({
      ok: true,
      value: {
        machine: { vcpus: 4, memoryMiB: 8192, gpus: 1 },
        timeScale: 10,
        seed: 7,
        pools: [
          {
            pool: {
              id: 'fast',
              tier: 'hot',
              accelerator: 'cpu',
              purchase: 'on-demand',
              platform: { kind: 'machine' },
              vcpus: 1.5,
              memoryMiB: 2048,
              gpus: 0,
              startDelayS: 0.25,
              price: { usdPerVcpuHour: 0.034, usdPerGiBHour: 0.0045, usdPerGpuHour: 0 },
              reclaimsPerHour: 0,
              spillsTo: ['far'],
              emulated: true,
            },
            startDelay: { kind: 'fixed', seconds: 0.25 },
            reclaim: { kind: 'never' },
          },
          {
            pool: {
              id: 'far',
              tier: 'cold',
              accelerator: 'gpu',
              purchase: 'spot',
              platform: { kind: 'machine' },
              vcpus: 2,
              memoryMiB: 1024,
              gpus: 1,
              startDelayS: 0.5,
              price: { usdPerVcpuHour: 0.0142, usdPerGiBHour: 0.0018, usdPerGpuHour: 0.124 },
              reclaimsPerHour: 6,
              spillsTo: [],
              emulated: true,
            },
            startDelay: { kind: 'quantiles', p50S: 0.5, p90S: 1 },
            reclaim: { kind: 'rate', perHour: 6 },
          },
        ],
      },
    })
  })

  it('leaves out what is usual: empty pools with the names of the defaults are the defaults', async () => {
    const usual = defaultPools(laptop)
    const text = usual.map(({ pool }) => `  ${pool.id}: {}\n`).join('')
    expect(await pools(text)).toStrictEqual(usual)
  })

  it('holds all pools that there are, and spills to the colder ones of their kind', async () => {
    const listed = await pools(
      '  cold-cpu: {}\n  hot-cpu: {}\n  mine: { tier: warm, purchase: spot }\n  cold-cpu-spot: {}\n',
    )
    expect(listed.map(({ pool }) => `${pool.id} > ${pool.spillsTo.join(' ')}`)).toStrictEqual([
      'cold-cpu > ',
      'hot-cpu > cold-cpu',
      'mine > cold-cpu-spot',
      'cold-cpu-spot > ',
    ])
  })

  it('has the defaults on the machine that it names when it names no pools', async () => {
    const result = await read('apiVersion: forkcast/v1\nmachine: { vcpus: 8 }\n')
    const machine = { vcpus: 8, memoryMiB: 6144, gpus: 0 }
    expect(result).toStrictEqual({
      ok: true,
      value: { machine, pools: defaultPools(machine), timeScale: 1, seed: null },
    })
  })

  it('is written as its page shows', async () => {
    const page = await readFile(new URL('../../docs/pools.md', import.meta.url), 'utf8')
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? []
    const result = await read(example)
    const value = result.ok ? result.value : { pools: [] }
    expect(value.pools.map(({ pool }) => `${pool.id} > ${pool.spillsTo.join(' ')}`)).toStrictEqual([
      'hot-cpu > warm-cpu cold-cpu',
      'warm-cpu > cold-cpu',
      'cold-cpu > ',
      'warm-cpu-spot > far',
      'far > ',
    ])
  })

  it('makes no pool larger than the machine', async () => {
    const [{ pool }] = (await pools('  cold-cpu: { vcpus: 64, memory: 1TiB }\n')) as [EmulatedPool]
    expect([pool.vcpus, pool.memoryMiB]).toStrictEqual([2, 6144])
  })

  it('stands for the defaults when it is not there, unless it is asked for', async () => {
    const path = join(folder, 'absent.yaml')
    const lax = await readPoolsFile(path, { machine: laptop })
    expect(lax).toMatchObject({ ok: true, value: { pools: defaultPools(laptop), timeScale: 1, seed: null } })
    const strict = await readPoolsFile(path, { machine: laptop, required: true })
    expect(strict).toMatchObject({ ok: false, error: { diagnostics: [{ code: 'WF-READ' }] } })
  })
})

describe('reclaims in a pools file', () => {
  const reclaimOf = async (text: string) => (await pools(`  warm-cpu-spot: { reclaim: ${text} }\n`))[0]?.reclaim

  it('are of a rate, of the n-th job, or of a trace', async () => {
    expect(await reclaimOf('{ perHour: 0 }')).toStrictEqual({ kind: 'rate', perHour: 0 })
    expect(await reclaimOf('{ nth: 2, after: 1s }')).toStrictEqual({ kind: 'nth', nth: 2, afterS: 1 })
    expect(await reclaimOf('{ trace: [1, 1, 0, 1], tick: 500ms }')).toStrictEqual({
      kind: 'trace',
      trace: { available: [1, 1, 0, 1], tickMs: 500 },
    })
  })

  it('are of a trace in a file beside it, whose ticks may be shortened', async () => {
    await writeFile(join(folder, 'trace.json'), '{"metadata": {"gap_seconds": 600}, "data": [1, 0, 1]}')
    expect(await reclaimOf('{ trace: { file: trace.json } }')).toStrictEqual({
      kind: 'trace',
      trace: { available: [1, 0, 1], tickMs: 600_000 },
    })
    expect(await reclaimOf('{ trace: { file: ./trace.json, tick: 1s } }')).toMatchObject({ trace: { tickMs: 1_000 } })
  })

  it('give plans their rate', async () => {
    const [{ pool }] = (await pools('  warm-cpu-spot: { reclaim: { trace: [1, 1, 0], tick: 30m } }\n')) as [
      EmulatedPool,
    ]
    expect(pool.reclaimsPerHour).toBe(1)
  })
})

describe('errors in a pools file', () => {
  it('come all at once, with their places and a way out', async () => {
    expect(
      await errors(`apiVersion: forkcast/v2
machines: { vcpus: 2 }
timeScale: 0
pools:
  hot-cpu: { vcpu: 1, startDelay: { p50: 1s, p95: 2s } }
  warm-cpu: { tier: tepid, memory: lots }
  9: {}
`),
    ).toStrictEqual([
      'WF-VALUE /apiVersion 1: `apiVersion` cannot be `forkcast/v2` (write `forkcast/v1`)',
      'WF-UNKNOWN-KEY /machines 2: unknown key `machines` in the file (did you mean `machine`?)',
      'WF-VALUE /timeScale 3: `timeScale` cannot be `0` (write a number from 0.01 to 10000)',
      'WF-UNKNOWN-KEY /pools/hot-cpu/vcpu 5: unknown key `vcpu` in pool `hot-cpu` (did you mean `vcpus`?)',
      expect.stringMatching(
        /^WF-MISSING-KEY \/pools\/hot-cpu\/startDelay 5: `startDelay` of pool `hot-cpu` has no `p90` \(add/,
      ),
      expect.stringMatching(
        /^WF-UNKNOWN-KEY \/pools\/hot-cpu\/startDelay\/p95 5: unknown key `p95` in `startDelay` of pool/,
      ),
      'WF-VALUE /pools/warm-cpu/tier 6: `tier` of pool `warm-cpu` cannot be `tepid` (write one of `hot`, `warm`, `cold`)',
      expect.stringMatching(/^WF-VALUE \/pools\/warm-cpu\/memory 6: .*cannot be `lots` \(write an amount of memory/),
      expect.stringMatching(/^WF-NAME \/pools\/9 7: `9` is not a name of a pool/),
    ])
  })

  it.each([
    ['an empty file', '', /^WF-VALUE .*the file is empty/],
    ['a list', '[]', /^WF-VALUE .*the file cannot be `\[\]` \(write a map of keys and values\)/],
    ['no version', 'pools: { hot-cpu: {} }', /^WF-MISSING-KEY {2}1: the file has no `apiVersion`/],
    ['broken YAML', 'pools: [', /^WF-SYNTAX/],
    ['a key twice', 'apiVersion: forkcast/v1\napiVersion: forkcast/v1', /^WF-DUPLICATE-KEY \/apiVersion 2:/],
    ['no pools', 'apiVersion: forkcast/v1\npools: {}', /^WF-VALUE \/pools 2: there is no pool/],
  ])('name the place of %s', async (_, text, expected) => {
    expect((await errors(text))[0]).toMatch(expected)
  })

  it.each([
    [
      'a pool without a tier',
      'fast: {}',
      /^WF-MISSING-KEY \/pools\/fast 3: pool `fast` has no `tier` \(add `tier: hot`/,
    ],
    [
      'a name that says otherwise',
      'hot-cpu: { tier: cold }',
      /^WF-CONFLICT \/pools\/hot-cpu\/tier .*`hot` by name, and `cold` by `tier`/,
    ],
    [
      'a reclaim on-demand',
      'hot-cpu: { reclaim: { perHour: 1 } }',
      /^WF-CONFLICT \/pools\/hot-cpu\/reclaim .*on-demand/,
    ],
    [
      'two kinds of reclaim',
      'warm-cpu-spot: { reclaim: { perHour: 1, nth: 2, after: 1s } }',
      /^WF-CONFLICT .*of no one kind/,
    ],
    ['half a reclaim', 'warm-cpu-spot: { reclaim: { nth: 2 } }', /^WF-CONFLICT .*of no one kind \(write one of/],
    ['a trace without ticks', 'warm-cpu-spot: { reclaim: { trace: [1, 0] } }', /^WF-CONFLICT .*of no one kind/],
    [
      'a trace of other numbers',
      'warm-cpu-spot: { reclaim: { trace: [1, 2], tick: 1s } }',
      /^WF-VALUE \/pools\/warm-cpu-spot\/reclaim\/trace\/1 .*`2` \(write 0 or 1\)/,
    ],
    [
      'a trace that never has hosts',
      'warm-cpu-spot: { reclaim: { trace: [0, 0], tick: 1s } }',
      /^WF-VALUE .*never has hosts/,
    ],
    [
      'a trace that is not there',
      'warm-cpu-spot: { reclaim: { trace: { file: no.json } } }',
      /^WF-FILE \S+\/trace\/file 3: the trace `no.json` cannot be read/,
    ],
    [
      'quantiles the wrong way round',
      'cold-cpu: { startDelay: { p50: 2s, p90: 1s } }',
      /^WF-CONFLICT \/pools\/cold-cpu\/startDelay/,
    ],
    [
      'a quantile too many',
      'cold-cpu: { startDelay: { p50: 1s, p90: 2s, p99: 3s } }',
      /^WF-UNKNOWN-KEY \/pools\/cold-cpu\/startDelay\/p99 3: unknown key `p99`/,
    ],
    ['a pool of GPUs without any', 'cold-gpu: {}', /^WF-CONFLICT .*has no GPU/],
    ['a pool of CPUs with GPUs', 'cold-cpu: { gpus: 1 }', /^WF-CONFLICT .*pool of CPUs/],
    [
      'a spill to nowhere',
      'hot-cpu: { spillsTo: [warm] }\n  warm-cpu: {}',
      /^WF-VALUE \/pools\/hot-cpu\/spillsTo\/0 3: .*`warm`, which does not exist/,
    ],
    ['a spill onto itself', 'hot-cpu: { spillsTo: [hot-cpu] }', /^WF-CYCLE .*hot-cpu → hot-cpu/],
    [
      'spills in a circle',
      'hot-cpu: { spillsTo: [cold-cpu] }\n  cold-cpu: { spillsTo: [hot-cpu] }',
      /^WF-CYCLE \/pools\/cold-cpu\/spillsTo 4: .*hot-cpu → cold-cpu → hot-cpu/,
    ],
  ])('tell of %s', async (_, text, expected) => {
    const found = await errors(`apiVersion: forkcast/v1\npools:\n  ${text}\n`)
    expect(found.length).toBe(1)
    expect(found[0]).toMatch(expected)
  })

  it.each([
    ['no JSON', '{', 'is not JSON'],
    ['no object', '[1, 0]', 'is not a JSON object'],
    ['no data', '{"data": [true]}', 'has no `data`'],
    ['no length of a tick', '{"data": [1, 0]}', 'does not say how long a tick is'],
    ['other ticks', '{"metadata": {"gap_seconds": 1}, "data": [1, 4]}', 'other ticks than 0 and 1'],
  ])('tell of a trace file with %s', async (_, content, expected) => {
    await writeFile(join(folder, 'bad.json'), content)
    const found = await errors(
      'apiVersion: forkcast/v1\npools:\n  warm-cpu-spot: { reclaim: { trace: { file: bad.json } } }\n',
    )
    expect(found.length).toBe(1)
    expect(found[0]).toContain(expected)
  })

  it('tell of text that is not UTF-8', async () => {
    const path = join(folder, 'utf16.yaml')
    await writeFile(path, Buffer.from('apiVersion: forkcast/v1\n\u00e9', 'latin1'))
    const result = await readPoolsFile(path, { machine: laptop })
    expect(result).toMatchObject({ ok: false, error: { diagnostics: [{ code: 'WF-ENCODING' }] } })
  })
})
