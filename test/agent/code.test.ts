import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { unpackedCode } from '#agent/code-cache.ts'
import { blobKey } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { AgentRig, failureOf } from './agent-rig.ts'
import { pack, type Packed } from './packed-code.ts'

describe('the code of a task', () => {
  it('is its working directory: files, programs and links', async () => {
    await using rig = new AgentRig()
    const code = await pack(rig, {
      files: { 'a.txt': 'A', 'bin/tool': '#!/bin/sh\necho tool', 'lib/deep/b.txt': 'B' },
      executable: ['bin/tool'],
      links: { 'latest.txt': 'lib/deep/b.txt' },
    })
    const { stdout } = await rig.run({ code, script: 'find . | sort; bin/tool; cat a.txt latest.txt' })
    expect(stdout).toBe('.\n./a.txt\n./bin\n./bin/tool\n./latest.txt\n./lib\n./lib/deep\n./lib/deep/b.txt\ntool\nAB')
  })

  it.each([
    ['few files', { 'a.txt': 'A' }],
    ['many files', Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${index}.txt`, `${index}`]))],
  ])('is a private copy, of %s: a clone that changes it changes nobody else’s', async (_, more) => {
    await using rig = new AgentRig()
    const code = await pack(rig, { files: { ...more, 'shared.txt': 'same' } })
    const task = { code, script: 'cat shared.txt; echo changed > shared.txt; rm -f 1.txt; ls | wc -l' }
    const clones = await Promise.all([rig.run(task), rig.run(task)])
    const later = await rig.run(task)
    expect(new Set([...clones, later].map(({ stdout }) => stdout)).size).toBe(1)
    expect(readFileSync(join(rig.root, 'code', code, 'shared.txt'), 'utf8')).toBe('same')
  })

  it('is unpacked once for clones that start together', async () => {
    await using rig = new AgentRig()
    const code = await pack(rig, { files: { 'a.txt': 'A' } })
    let fetched = 0
    const objects = rig.objectsWith({
      fetch: async (key: string, file: string) => {
        fetched += 1
        return await rig.objects.fetch(key, file)
      },
    })
    const task = { code, script: 'cat a.txt' }
    const clones = await Promise.all([1, 2, 3].map(() => rig.run(task, { deps: { objects } })))
    expect(clones.map(({ stdout }) => stdout)).toStrictEqual(['A', 'A', 'A'])
    expect(fetched).toBe(1)
    expect(readdirSync(join(rig.root, 'code'))).toStrictEqual([code])
  })

  it('is unpacked once for processes that start together', async () => {
    await using rig = new AgentRig()
    const files = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`d/${index}.txt`, `${index}`]))
    const code = await pack(rig, { files })
    const script = join(import.meta.dirname, 'fixtures', 'unpack.ts')
    const others = [1, 2].map(() =>
      spawn(process.execPath, [script, rig.root, code], { stdio: ['ignore', 'ignore', 'inherit'] }),
    )
    const ends = others.map((other) => once(other, 'exit'))
    const { stdout } = await rig.run({ code, script: 'ls d | wc -l' })
    expect((await Promise.all(ends)).map(([exitCode]) => exitCode as number)).toStrictEqual([0, 0])
    expect(stdout.trim()).toBe('50')
    expect(readdirSync(join(rig.root, 'code'))).toStrictEqual([code])
  })
})

describe('code that another process unpacks first', () => {
  it('is taken from there', async () => {
    await using rig = new AgentRig()
    const code = await pack(rig, { files: { 'a.txt': 'A' } })
    const objects = rig.objectsWith({
      fetch: async (key: string, file: string) => {
        mkdirSync(join(rig.root, 'code', code))
        writeFileSync(join(rig.root, 'code', code, 'a.txt'), 'theirs')
        return await rig.objects.fetch(key, file)
      },
    })
    expect((await rig.run({ code, script: 'cat a.txt' }, { deps: { objects } })).stdout).toBe('theirs')
    expect(readdirSync(join(rig.root, 'code'))).toStrictEqual([code])
  })
})

describe('code that is not what it was', () => {
  it('fails the clone by name, leaves no trace in the cache, and may be mended', async () => {
    await using rig = new AgentRig()
    const code = await pack(rig, { files: { 'a.txt': 'A', 'b.txt': 'B' } })
    rig.corrupt(blobKey(sha256('B')), 'C')
    const ended = await rig.run({ code, script: 'cat a.txt' })
    expect(failureOf(ended).cause).toBe('bad-input')
    expect(failureOf(ended).evidence).toMatch(/^code: b\.txt: object blobs\/[0-9a-f]{64} has SHA-256/)
    expect(readdirSync(join(rig.root, 'code'))).toStrictEqual([])
    rig.corrupt(blobKey(sha256('B')), 'B')
    expect((await rig.run({ code, script: 'cat b.txt' })).stdout).toBe('B')
  })

  it('fails the clone when its manifest is missing or was changed', async () => {
    await using rig = new AgentRig()
    const missing = await rig.run({ code: '0'.repeat(64) })
    expect(failureOf(missing).evidence).toBe(`code: its manifest blobs/${'0'.repeat(64)} is missing`)
    const code = await pack(rig, { files: { 'a.txt': 'A' } })
    rig.corrupt(blobKey(code), '{}')
    expect(failureOf(await rig.run({ code })).evidence).toBe('code: its manifest was changed')
  })

  it.each<[string, Packed]>([
    ['its path ../a leaves the folder', { files: { '../a': 'A' } }],
    ['its path /etc/a leaves the folder', { files: { '/etc/a': 'A' } }],
    ['its path a//b leaves the folder', { files: { 'a//b': 'A' } }],
    ['its link a leads out of the folder', { links: { a: '../b' } }],
    ['its link a leads out of the folder', { links: { a: '/etc' } }],
    ['its link d/a leads out of the folder', { links: { 'd/a': '../../b' } }],
    ['its path d is there twice', { files: { 'd/a': 'A' }, links: { d: '.' } }],
  ])('is refused before anything is written: %s', async (why, packed) => {
    await using rig = new AgentRig()
    const code = await pack(rig, packed)
    const result = await unpackedCode({ objects: rig.objects }, join(rig.root, 'code'), code)
    expect(result).toStrictEqual({ ok: false, error: why })
    expect(existsSync(join(rig.root, 'code'))).toBe(false)
  })
})
