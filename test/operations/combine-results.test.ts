import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { clonePrefix, outputKey } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { decide, type Decision } from '#core/race/decide.ts'
import { err } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Manifest, StagedOutput } from '#core/run/manifest.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Output } from '#core/workflow/workflow.ts'
import { combineResults, readScores } from '#operations/combine-results.ts'
import { task } from '../builders/dag.ts'
import { aSlot } from '../core/race/a-slot.ts'

const attempt = { run: 'run_00000001' as RunId, task: 'detect', attempt: 1 }
const outputs: Readonly<Record<string, Output>> = {
  rows: { path: 'out/rows.json', type: 'json', optional: false },
  note: { path: 'note.txt', type: 'text', optional: true },
  plots: { path: 'plots/', type: 'directory', optional: true },
}
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What one clone wrote: `rows`, perhaps a note, perhaps plots by path. */
interface Wrote {
  readonly rows: string
  readonly note?: string
  readonly plots?: Readonly<Record<string, string>>
}

let objects: MemoryObjects
beforeEach(() => {
  objects = new MemoryObjects()
})

async function staged(clone: number, path: string, text: string) {
  const object = outputKey(clonePrefix({ ...attempt, clone }, 1), path)
  await objects.writeOnce(object, bytesOf(text))
  return { object, sha256: sha256(text), bytes: bytesOf(text).byteLength }
}

/** Slots with the claims that clones left, whose objects are stored. */
async function claims(...clones: readonly Wrote[]): Promise<readonly SlotRecord[]> {
  return Promise.all(
    clones.map(async ({ rows, note, plots }, clone) => {
      const claim: Record<string, StagedOutput> = {
        rows: { type: 'json', ...(await staged(clone, 'out/rows.json', rows)) },
      }
      if (note !== undefined) claim['note'] = { type: 'text', ...(await staged(clone, 'note.txt', note)) }
      if (plots !== undefined) {
        const files = await Promise.all(
          Object.entries(plots).map(async ([path, text]) => ({
            path,
            ...(await staged(clone, `plots/${path}`, text)),
          })),
        )
        const folder = outputKey(clonePrefix({ ...attempt, clone }, 1), 'plots/')
        claim['plots'] = { type: 'directory', folder, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), files }
      }
      return { ...aSlot('claimed', clone), claim }
    }),
  )
}

async function combine(how: 'mean' | 'median' | 'all', slots: readonly SlotRecord[]) {
  const decision = decide({ policy: how }, slots) as Extract<Decision, { kind: 'combine' }>
  return combineResults({ objects }, task('detect', { outputs }), attempt, decision)
}

/** The manifest of a combination that must come about. */
async function manifest(how: 'mean' | 'median' | 'all', slots: readonly SlotRecord[]): Promise<Manifest> {
  const combined = await combine(how, slots)
  if (!combined.ok) throw new Error(combined.error)
  return combined.value
}

describe('a mean of results', () => {
  it('is a new object of numbers, and the files that all clones share', async () => {
    const slots = await claims(
      { rows: '{"a":1}', note: 'same', plots: { 'x.png': 'X' } },
      { rows: '{"a": 4}', note: 'same', plots: { 'x.png': 'X' } },
    )
    const rows = '{"a":2.5}'
    const key = 'runs/run_00000001/detect/1/result/out/rows.json'
    expect(await manifest('mean', slots)).toStrictEqual({
      rows: { type: 'json', object: key, sha256: sha256(rows), bytes: rows.length },
      note: slots[0]?.claim?.['note'],
      plots: slots[0]?.claim?.['plots'],
    })
    expect(new TextDecoder().decode(await objects.read(key))).toBe(rows)
  })

  it('is made again, the same, after a crash', async () => {
    const slots = await claims({ rows: '[1,5]' }, { rows: '[2,6]' }, { rows: '[9,7]' })
    expect(await manifest('median', slots)).toStrictEqual(await manifest('median', slots))
  })

  it('leaves alone what is there already and is not the same', async () => {
    const slots = await claims({ rows: '1' }, { rows: '3' })
    const key = 'runs/run_00000001/detect/1/result/out/rows.json'
    for (const other of ['4', '22']) {
      objects = new MemoryObjects()
      await objects.writeOnce(key, bytesOf(other))
      await claims({ rows: '1' }, { rows: '3' })
      expect(await combine('mean', slots)).toStrictEqual(
        err(`output rows: ${key} is there already, with other contents`),
      )
    }
  })

  it.each<[string, Wrote, Wrote]>([
    ['output rows: `/0` is 1 in clone 0 and "x" in clone 1', { rows: '[1]' }, { rows: '["x"]' }],
    ['output note: clones 0 and 1 differ, and it is no JSON', { rows: '1', note: 'a' }, { rows: '1', note: 'b' }],
    ['output note is there in clone 1 and not in clone 0', { rows: '1' }, { rows: '1', note: 'b' }],
    [
      'output plots: clones 0 and 1 differ, and it is no JSON',
      { rows: '1', plots: { a: 'x' } },
      { rows: '1', plots: { b: 'x' } },
    ],
  ])('does not exist: %s', async (problem, ...clones) => {
    expect(await combine('mean', await claims(...clones))).toStrictEqual(err(problem))
  })

  it('is not taken of objects that are not what the clones left', async () => {
    const slots = await claims({ rows: '[1]' }, { rows: '[3]' })
    const key = 'runs/run_00000001/detect/1/1/1/out/out/rows.json'
    for (const [text, problem] of [
      [undefined, 'is gone, damaged or too short'],
      ['[', 'is gone, damaged or too short'],
      ['[4]', 'is not what it was when it was stored'],
    ] as const) {
      objects = new MemoryObjects()
      if (text !== undefined) await objects.writeOnce(key, bytesOf(text))
      await claims({ rows: '[1]' })
      expect(await combine('mean', slots)).toStrictEqual(err(`output rows: ${key} ${problem}`))
      expect(await combine('all', slots)).toStrictEqual(err(`output rows: ${key} ${problem}`))
    }
  })

  it('is not taken of more than 256 MiB', async () => {
    const [first, second] = (await claims({ rows: '1' }, { rows: '3' })) as [SlotRecord, SlotRecord]
    const rows = { ...(second.claim as Manifest)['rows'], bytes: 256 * 1024 ** 2 + 1 } as StagedOutput
    const slots = [first, { ...second, claim: { rows } }]
    expect(await combine('mean', slots)).toStrictEqual(err('output rows: clone 1 left more than 256 MiB'))
  })

  it('may be longer than what it is made of, and is read slice by slice', async () => {
    const list = (offset: number) => JSON.stringify(Array.from({ length: 300_000 }, (_, at) => (at + offset) % 10))
    const { rows } = await manifest('mean', await claims({ rows: list(0) }, { rows: list(1) }, { rows: list(2) }))
    const bytes = await objects.read((rows as { object: string }).object)
    const values = JSON.parse(new TextDecoder().decode(bytes)) as readonly number[]
    expect(values.length).toBe(300_000)
    expect(values.slice(0, 4)).toStrictEqual([1, 2, 3, 4])
    expect(values[9]).toBe(10 / 3)
    expect(rows?.bytes).toBeGreaterThan(300_000 * 3)
  })
})

describe('all results', () => {
  it('are an array of values, and directories by clone', async () => {
    const slots = await claims(
      { rows: ' {"a":1}\n', note: 'one', plots: { 'x.png': 'X', 'y/z.png': 'Z' } },
      { rows: '"x"', note: 'two', plots: {} },
    )
    const at = (clone: number) => `runs/run_00000001/detect/1/${clone}/1/out`
    const made = await manifest('all', slots)
    expect(made).toStrictEqual({
      rows: {
        type: 'json',
        object: 'runs/run_00000001/detect/1/result/out/rows.json',
        sha256: sha256('[ {"a":1}\n,"x"]'),
        bytes: 15,
      },
      note: {
        type: 'directory',
        folder: 'runs/run_00000001/detect/1/result/note.txt',
        bytes: 6,
        files: [
          { path: '0/note.txt', object: `${at(0)}/note.txt`, sha256: sha256('one'), bytes: 3 },
          { path: '1/note.txt', object: `${at(1)}/note.txt`, sha256: sha256('two'), bytes: 3 },
        ],
      },
      plots: {
        type: 'directory',
        folder: 'runs/run_00000001/detect/1/result/plots',
        bytes: 2,
        files: [
          { path: '0/x.png', object: `${at(0)}/plots/x.png`, sha256: sha256('X'), bytes: 1 },
          { path: '0/y/z.png', object: `${at(0)}/plots/y/z.png`, sha256: sha256('Z'), bytes: 1 },
        ],
      },
    })
  })

  it('are not made of more than 256 MiB together', async () => {
    const slots = (await claims({ rows: '1' }, { rows: '2' })).map((slot) => {
      const rows = { ...(slot.claim as Manifest)['rows'], bytes: 128 * 1024 ** 2 } as StagedOutput
      return { ...slot, claim: { rows } }
    })
    expect(await combine('all', slots)).toStrictEqual(err('output rows: the results have more than 256 MiB'))
  })
})

describe('the score of a clone', () => {
  const best = { policy: 'best', output: 'rows', goal: 'max' } as const

  it.each([
    ['0.5', 0.5],
    [' -3e2\n', -300],
    ['"1"', undefined],
    ['[1]', undefined],
    ['1 2', undefined],
    ['1e400', undefined],
    ['', undefined],
    [`0.${'1'.repeat(1030)}`, undefined],
  ])('in %j is %s', async (rows, score) => {
    expect(await readScores({ objects }, best, await claims({ rows }))).toStrictEqual(new Map([[0, score]]))
  })

  it('is read of whoever has a claim, for that policy only', async () => {
    const slots = [...(await claims({ rows: '1', note: 'n' }, { rows: '2' })), aSlot('running', 2), aSlot('failed', 3)]
    expect(await readScores({ objects }, best, slots)).toStrictEqual(new Map([0, 1].map((clone) => [clone, clone + 1])))
    const noted = { ...best, output: 'note' }
    expect(await readScores({ objects }, noted, slots)).toStrictEqual(
      new Map([0, 1].map((clone) => [clone, undefined])),
    )
    expect(await readScores({ objects }, { policy: 'first' }, slots)).toStrictEqual(new Map())
  })

  it('is none when its object is gone or is not what it was', async () => {
    const slots = await claims({ rows: '1' })
    objects = new MemoryObjects()
    expect(await readScores({ objects }, best, slots)).toStrictEqual(new Map([[0, undefined]]))
    await objects.writeOnce('runs/run_00000001/detect/1/0/1/out/out/rows.json', bytesOf('2'))
    expect(await readScores({ objects }, best, slots)).toStrictEqual(new Map([[0, undefined]]))
  })
})
