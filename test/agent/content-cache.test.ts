import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ContentCache } from '#agent/content-cache.ts'
import { sha256 } from '#core/hash.ts'
import { AgentRig, failureOf } from './agent-rig.ts'
import { pack } from './packed-code.ts'

let folder: string
let nowMs: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkcast-cache-'))
  nowMs = 1_800_000_000_000
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const clock = { nowMs: () => (nowMs += 1000) }
const cacheOf = (mostBytes = 1000): ContentCache =>
  new ContentCache({ folder: join(folder, 'cache'), mostBytes, clock })
const contentOf = (text: string) => ({ sha256: sha256(text), bytes: text.length })
const entryOf = (text: string): string => join(folder, 'cache', sha256(text).slice(0, 2), sha256(text))

const keep = async (cache: ContentCache, text: string): Promise<void> => {
  writeFileSync(join(folder, 'file'), text)
  await cache.keep(contentOf(text), join(folder, 'file'))
}
const take = async (cache: ContentCache, text: string): Promise<string | undefined> => {
  const copy = join(folder, 'copy')
  rmSync(copy, { force: true })
  const taken = await cache.take(contentOf(text), copy)
  expect(existsSync(copy)).toBe(taken)
  return taken ? readFileSync(copy, 'utf8') : undefined
}
/** 100 bytes that begin with a letter. */
const text = (letter: string): string => letter.padEnd(100, '.')

describe('content that a machine has had', () => {
  it('is given again, as a copy that may be changed', async () => {
    const cache = cacheOf()
    expect(await take(cache, 'a')).toBeUndefined()
    await keep(cache, 'a')
    expect(await take(cache, 'a')).toBe('a')
    writeFileSync(join(folder, 'copy'), 'changed')
    expect(await take(cache, 'a')).toBe('a')
    expect(statSync(join(folder, 'copy')).mode & 0o777).toBe(0o644)
    expect(statSync(entryOf('a')).mode & 0o222).toBe(0)
  })

  it('is given by another process, and after a crash in the middle of another file', async () => {
    await keep(cacheOf(), 'a')
    writeFileSync(join(folder, 'cache', 'partial', 'begun'), 'half')
    expect(await take(cacheOf(), 'a')).toBe('a')
  })

  it('goes when there is no more room: what was used least recently first', async () => {
    const cache = cacheOf(500)
    for (const letter of 'abcde') await keep(cache, text(letter))
    await take(cache, text('a'))
    await keep(cache, text('f'))
    const there = Array.from('abcdef', (letter) => existsSync(entryOf(text(letter))))
    expect(there).toStrictEqual([true, false, false, true, true, true])
  })

  it('is not kept when it would drive out much', async () => {
    const cache = cacheOf(500)
    await keep(cache, 'x'.repeat(126))
    expect(existsSync(join(folder, 'cache'))).toBe(false)
  })

  it('stays below its bound when others fill it too', async () => {
    const caches = [cacheOf(1600), cacheOf(1600), cacheOf(1600)]
    for (let at = 0; at < 60; at += 1) await keep(caches[at % 3] as ContentCache, text(`${at}-`))
    const sizes = readdirSync(join(folder, 'cache'), { recursive: true, withFileTypes: true })
    const files = sizes.filter((entry) => entry.isFile()).length
    expect(files * 100).toBeLessThanOrEqual(1600 + 3 * 100)
    expect(files * 100).toBeGreaterThan(1000)
  })

  it('does not keep what a crash has left for ever', async () => {
    const cache = cacheOf(500)
    await keep(cache, text('a'))
    const partial = join(folder, 'cache', 'partial')
    for (const name of ['old', 'new']) writeFileSync(join(partial, name), 'half')
    utimesSync(join(partial, 'old'), nowMs / 1000 - 7200, nowMs / 1000 - 7200)
    utimesSync(join(partial, 'new'), nowMs / 1000, nowMs / 1000)
    for (const letter of 'bcdef') await keep(cache, text(letter))
    expect(readdirSync(partial)).toStrictEqual(['new'])
  })
})

describe('an entry that is not what it was', () => {
  it.each([
    ['another byte', (path: string) => writeFileSync(path, text('b'))],
    ['a shorter one', (path: string) => writeFileSync(path, 'a')],
    ['nothing, as a crash of the machine leaves it', (path: string) => writeFileSync(path, Buffer.alloc(100))],
  ])('is not given, and removed: %s', async (_, damage) => {
    const cache = cacheOf()
    await keep(cache, text('a'))
    chmodSync(entryOf(text('a')), 0o644)
    damage(entryOf(text('a')))
    expect(await take(cache, text('a'))).toBeUndefined()
    expect(existsSync(entryOf(text('a')))).toBe(false)
    await keep(cache, text('a'))
    expect(await take(cache, text('a'))).toBe(text('a'))
  })

  it.each([
    ['a FIFO, which nobody writes to', (path: string) => execFileSync('mkfifo', [path])],
    ['a link to a file of the machine', (path: string) => symlinkSync('/etc/passwd', path)],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('is not read: %s', async (_, put) => {
    const cache = cacheOf()
    mkdirSync(join(entryOf(text('a')), '..'), { recursive: true })
    put(entryOf(text('a')))
    expect(await take(cache, text('a'))).toBeUndefined()
  })
})

it('a folder that may not be written is no cache, and no error', async () => {
  writeFileSync(join(folder, 'cache'), 'a file')
  const cache = cacheOf()
  await keep(cache, 'a')
  expect(await take(cache, 'a')).toBeUndefined()
})

it('processes that fill and use one folder at once get content or nothing, and leave no more than its bound', async () => {
  const script = join(import.meta.dirname, 'fixtures', 'fill-cache.ts')
  const others = [1, 2, 3].map((seed) => fork(script, [join(folder, 'cache'), String(seed)]))
  const ends = await Promise.all(others.map((other) => once(other, 'exit')))
  expect(ends.map(([exitCode]) => exitCode as number)).toStrictEqual([0, 0, 0])
  const entries = readdirSync(join(folder, 'cache'), { recursive: true, withFileTypes: true })
  const bytes = entries
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(64_000 * (1 + 3 / 16) + 3 * 4_000)
  expect(readdirSync(join(folder, 'cache', 'partial'))).toStrictEqual([])
})

describe('a clone of a machine with such content', () => {
  it('takes code and inputs from there, its own to change, and looks at each again', async () => {
    await using rig = new AgentRig()
    const contentCache = cacheOf(10_000)
    const code = await pack(rig, { files: { 'tool.sh': 'cat "$INPUT_A"' } })
    const file = await rig.object('blobs/a', 'content')
    const variables = [{ name: 'INPUT_A', value: { kind: 'file' as const, name: 'a', file } }]
    const fetched: string[] = []
    const objects = rig.objectsWith({
      fetch: async (key: string, path: string) => {
        fetched.push(key)
        return rig.objects.fetch(key, path)
      },
    })
    const without = { deps: { objects, contentCache, codeCache: undefined } }
    const task = { code, variables, script: '. ./tool.sh; echo changed > "$INPUT_A"; echo exit 1 > tool.sh' }
    expect((await rig.run(task, without)).stdout).toBe('content')
    expect(fetched).toHaveLength(2)
    expect((await rig.run(task, without)).stdout).toBe('content')
    expect(fetched).toHaveLength(2)

    chmodSync(entryOf('content'), 0o644)
    writeFileSync(entryOf('content'), 'CONTENT')
    expect((await rig.run(task, without)).stdout).toBe('content')
    expect(fetched).toHaveLength(3)
  })

  it('keeps nothing that is not what it was', async () => {
    await using rig = new AgentRig()
    const file = await rig.object('blobs/a', 'content')
    rig.corrupt('blobs/a', 'CONTENT')
    const variables = [{ name: 'INPUT_A', value: { kind: 'file' as const, name: 'a', file } }]
    const ended = await rig.run({ variables }, { deps: { contentCache: cacheOf() } })
    expect(failureOf(ended).cause).toBe('bad-input')
    expect(existsSync(join(folder, 'cache'))).toBe(false)
  })
})
