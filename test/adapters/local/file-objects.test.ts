import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileObjects } from '#adapters/local/file-objects.ts'
import { objectStoreContract } from '../../contracts/object-store.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkcast-files-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

objectStoreContract('files', async () => ({ objects: new FileObjects(join(folder, 'state')), close: async () => {} }))

describe('objects as files', () => {
  let objects: FileObjects
  beforeEach(() => {
    objects = new FileObjects(folder)
  })

  const nameOf = (key: string): string => join(folder, 'objects', key)
  const file = (contents: string): string => {
    writeFileSync(join(folder, 'file'), contents)
    return join(folder, 'file')
  }
  const modeOf = (path: string): number => statSync(path).mode & 0o777

  it('are there under their keys, for all to read and nobody to write', async () => {
    await objects.writeOnce('blobs/a', new TextEncoder().encode('written'))
    await objects.store(file('stored'), 'runs/r/clean[3]/1/0/out/x.json')

    expect(readFileSync(nameOf('blobs/a'), 'utf8')).toBe('written')
    expect(readFileSync(nameOf('runs/r/clean[3]/1/0/out/x.json'), 'utf8')).toBe('stored')
    expect(modeOf(nameOf('blobs/a')) & 0o222).toBe(0)
    expect(modeOf(nameOf('runs/r/clean[3]/1/0/out/x.json'))).toBe(0o444)
  })

  it('may come of a file without any permission, as a task may leave it', async () => {
    const path = file('secret')
    chmodSync(path, 0o000)
    await objects.store(path, 'runs/a')
    expect(readFileSync(nameOf('runs/a'), 'utf8')).toBe('secret')
  })

  it('are found by another store over the same folder', async () => {
    await objects.store(file('stored'), 'runs/a')
    expect(await new FileObjects(folder).size('runs/a')).toBe(6)
  })

  it('leave nothing on the way: neither the stored file, nor what was staged', async () => {
    const path = file('stored')
    await objects.store(path, 'runs/a')
    await objects.writeOnce('runs/a', new Uint8Array(1))
    await Promise.all(Array.from({ length: 10 }, () => objects.writeOnce('runs/b', new Uint8Array(1))))
    await objects.store(file('stored'), 'runs/a')
    await expect(objects.store(file('others'), 'runs/a')).rejects.toThrow('with other contents')

    expect(readdirSync(join(folder, 'staging'))).toStrictEqual([])
    expect(readdirSync(join(folder, 'objects', 'runs')).toSorted()).toStrictEqual(['a', 'b'])
  })

  it('a stored file that has another name is copied: what is written to that name does not reach the object', async () => {
    const path = file('committed')
    linkSync(path, join(folder, 'other-name'))
    await objects.store(path, 'runs/a')
    writeFileSync(join(folder, 'other-name'), 'changed')

    expect(readFileSync(nameOf('runs/a'), 'utf8')).toBe('committed')
    expect(existsSync(path)).toBe(true)
  })

  it('a fetched copy is its own file, which its owner may write and nobody runs', async () => {
    await objects.store(file('#!/bin/sh'), 'runs/a')
    await objects.fetch('runs/a', join(folder, 'copy'))
    expect(modeOf(join(folder, 'copy'))).toBe(0o644)
    expect(statSync(join(folder, 'copy')).ino).not.toBe(statSync(nameOf('runs/a')).ino)
  })

  it('a key that is a folder of other keys is refused, not taken', async () => {
    await objects.writeOnce('runs/a/b', new Uint8Array(1))
    await expect(objects.writeOnce('runs/a', new Uint8Array(1))).rejects.toThrow('EEXIST')
    await expect(objects.store(file('x'), 'runs/a/b/c')).rejects.toThrow('runs/a/b')
  })

  it('a log that grows is read as far as it is', async () => {
    mkdirSync(nameOf('runs'), { recursive: true })
    writeFileSync(nameOf('runs/stdout.log'), 'one\n')
    expect(Buffer.from((await objects.slice('runs/stdout.log', 2, 100)) ?? []).toString()).toBe('e\n')
    writeFileSync(nameOf('runs/stdout.log'), 'two\n', { flag: 'a' })
    expect(Buffer.from((await objects.slice('runs/stdout.log', 4, 100)) ?? []).toString()).toBe('two\n')
  })
})
