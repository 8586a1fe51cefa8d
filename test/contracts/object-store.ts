import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ObjectStore } from '#ports/object-store.ts'

/** What the suite needs of an adapter: an empty store. */
export interface ObjectsUnderTest {
  readonly objects: ObjectStore
  close(): Promise<void>
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What every adapter of the `ObjectStore` port keeps. */
export function objectStoreContract(name: string, open: () => Promise<ObjectsUnderTest>): void {
  describe(`the contract of object stores: ${name}`, () => {
    let under: ObjectsUnderTest
    let objects: ObjectStore
    let folder: string
    beforeEach(async () => {
      under = await open()
      objects = under.objects
      folder = mkdtempSync(join(tmpdir(), 'forkcast-objects-'))
    })
    afterEach(async () => {
      await under.close()
      rmSync(folder, { recursive: true })
    })

    const text = async (key: string): Promise<string | undefined> => {
      const bytes = await objects.read(key)
      return bytes && new TextDecoder().decode(bytes)
    }
    const file = (contents: string | Uint8Array, called = 'file'): string => {
      writeFileSync(join(folder, called), contents)
      return join(folder, called)
    }

    it('an object that nobody wrote is absent, whatever is asked of it', async () => {
      await objects.writeOnce('runs/a/b', bytesOf('x'))
      for (const key of ['blobs/none', 'runs', 'runs/a', 'runs/a/b/c']) {
        expect(await objects.read(key)).toBeUndefined()
        expect(await objects.size(key)).toBeUndefined()
        expect(await objects.slice(key, 0, 1)).toBeUndefined()
        expect(await objects.fetch(key, join(folder, 'copy'))).toBe('absent')
        expect(existsSync(join(folder, 'copy'))).toBe(false)
      }
    })

    it.each([
      '',
      '/',
      '/etc/passwd',
      '..',
      '../up',
      'a/../../up',
      'a/..',
      'a/../b',
      '.',
      './a',
      'a/./b',
      'a//b',
      'a/',
      'a\\b',
      '..\\up',
      'a\0b',
      'a\uD800b',
      'a'.repeat(256),
      `${'a'.repeat(200)}/`.repeat(6),
      'é'.repeat(128),
    ])('refuses a hostile key in every method: %j', async (key) => {
      const kept = file('kept')
      await expect(objects.read(key)).rejects.toThrow('object key')
      await expect(objects.size(key)).rejects.toThrow('object key')
      await expect(objects.slice(key, 0, 1)).rejects.toThrow('object key')
      await expect(objects.fetch(key, join(folder, 'copy'))).rejects.toThrow('object key')
      await expect(objects.writeOnce(key, bytesOf('x'))).rejects.toThrow('object key')
      await expect(objects.store(kept, key)).rejects.toThrow('object key')
      expect(readFileSync(kept, 'utf8')).toBe('kept')
    })

    it.each([
      'a',
      'a.b',
      '...',
      '.hidden/..b',
      'a b/é/日本',
      'clean[3]/1/0/out/x.json',
      'a'.repeat(255),
      'q\'"`$(x);*?\n',
    ])('takes any other key: %j', async (key) => {
      expect(await objects.writeOnce(key, bytesOf(key))).toBe('written')
      expect(await text(key)).toBe(key)
    })

    it('keys that differ are objects that differ', async () => {
      await objects.writeOnce('runs/a', bytesOf('1'))
      await objects.writeOnce('runs/b', bytesOf('2'))
      await objects.writeOnce('runs/a.b', bytesOf('3'))
      expect([await text('runs/a'), await text('runs/b'), await text('runs/a.b')]).toStrictEqual(['1', '2', '3'])
    })

    describe('writeOnce', () => {
      it('writes once: the key is taken afterwards, by the same contents too', async () => {
        expect(await objects.writeOnce('blobs/a', bytesOf('first'))).toBe('written')
        expect(await objects.writeOnce('blobs/a', bytesOf('second'))).toBe('taken')
        expect(await objects.writeOnce('blobs/a', bytesOf('first'))).toBe('taken')
        expect(await text('blobs/a')).toBe('first')
      })

      it('of ten that race, one writes, and its contents stay', async () => {
        const racers = Array.from({ length: 10 }, (_, n) => `contents of ${n}`)
        const outcomes = await Promise.all(racers.map((contents) => objects.writeOnce('runs/a/b', bytesOf(contents))))
        expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1)
        expect(await text('runs/a/b')).toBe(racers[outcomes.indexOf('written')])
      })

      it('keeps bytes as they are, none too', async () => {
        const all = Uint8Array.from({ length: 256 }, (_, n) => n)
        await objects.writeOnce('blobs/all', all)
        await objects.writeOnce('blobs/none', new Uint8Array())
        expect(Buffer.from((await objects.read('blobs/all')) ?? []).equals(all)).toBe(true)
        expect(await objects.read('blobs/none')).toHaveLength(0)
        expect(await objects.size('blobs/none')).toBe(0)
      })

      it('shares no bytes with the writer or a reader', async () => {
        const bytes = bytesOf('before')
        await objects.writeOnce('blobs/a', bytes)
        bytes.fill(0)
        ;(await objects.read('blobs/a'))?.fill(0)
        ;(await objects.slice('blobs/a', 0, 3))?.fill(0)
        expect(await text('blobs/a')).toBe('before')
      })
    })

    describe('store and fetch', () => {
      it.each([
        { case: 'an empty file', contents: new Uint8Array() },
        { case: 'a small one', contents: bytesOf('{"a": 1}\n') },
        { case: 'one of 5 MB', contents: new Uint8Array(randomBytes(5_000_000)) },
        { case: 'one of 20 MB', contents: new Uint8Array(randomBytes(20_000_000)) },
      ])('keep $case byte by byte, and say its size and hash', async ({ contents }) => {
        const stored = await objects.store(file(contents), 'runs/a/out/x')
        expect(stored).toStrictEqual({ bytes: contents.length, sha256: sha256(contents) })
        expect(await objects.size('runs/a/out/x')).toBe(contents.length)

        const copy = join(folder, 'copy')
        expect(await objects.fetch('runs/a/out/x', copy)).toBe('fetched')
        expect(readFileSync(copy).equals(contents)).toBe(true)
        expect(Buffer.from((await objects.read('runs/a/out/x')) ?? []).equals(contents)).toBe(true)
      })

      it.each([
        { case: 'a small one', contents: bytesOf('{"a": 1}\n') },
        { case: 'one of noise', contents: new Uint8Array(randomBytes(3_000_000)) },
        { case: 'one of text', contents: bytesOf('the same words again, '.repeat(500_000)) },
      ])('keep $case that may be compact: all that is read is content', async ({ contents }) => {
        const digest = { bytes: contents.length, sha256: sha256(contents) }
        const { stored, ...said } = await objects.store(file(contents), 'runs/a/out/x', { compact: true })
        expect(said).toStrictEqual(digest)
        expect(stored?.bytes ?? 0).toBeLessThan(contents.length)
        expect(await objects.size('runs/a/out/x')).toBe(contents.length)
        expect(Buffer.from((await objects.read('runs/a/out/x')) ?? []).equals(contents)).toBe(true)
        await objects.fetch('runs/a/out/x', join(folder, 'copy'))
        expect(readFileSync(join(folder, 'copy')).equals(contents)).toBe(true)
        for (const offset of [0, 1, 1024 ** 2 - 1, contents.length - 1, contents.length]) {
          const slice = await objects.slice('runs/a/out/x', offset, 1_500_000)
          expect(Buffer.from(slice ?? []).equals(contents.subarray(offset, offset + 1_500_000))).toBe(true)
        }
        expect(await objects.store(file(contents), 'runs/a/out/x')).toMatchObject(digest)
        await expect(objects.store(file('others'), 'runs/a/out/x', { compact: true })).rejects.toThrow('other contents')
      })

      it('nothing comes of a transfer that was told to end', async () => {
        await objects.writeOnce('blobs/a', bytesOf('x'))
        const signal = AbortSignal.abort(new Error('told to end'))
        await expect(objects.fetch('blobs/a', join(folder, 'copy'), { signal })).rejects.toThrow('told to end')
        expect(existsSync(join(folder, 'copy'))).toBe(false)
        await expect(objects.store(file('y'), 'runs/a', { signal })).rejects.toThrow('told to end')
        expect(await objects.size('runs/a')).toBeUndefined()
      })

      it('a fetched copy may be changed, the object stays', async () => {
        await objects.store(file('committed'), 'runs/a/out/x')
        const copy = join(folder, 'copy')
        await objects.fetch('runs/a/out/x', copy)
        writeFileSync(copy, 'changed')
        expect(await text('runs/a/out/x')).toBe('committed')

        const second = join(folder, 'second')
        await objects.fetch('runs/a/out/x', second)
        expect(readFileSync(second, 'utf8')).toBe('committed')
      })

      it('a file that is written anew where a stored one was leaves the object alone', async () => {
        const path = file('committed')
        await objects.store(path, 'runs/a/out/x')
        rmSync(path, { force: true })
        writeFileSync(path, 'changed')
        expect(await text('runs/a/out/x')).toBe('committed')
      })

      it.each([
        { case: 'small', contents: 'contents', others: 'Contents' },
        { case: 'large', contents: 'contents'.repeat(2_000_000), others: 'Contents'.repeat(2_000_000) },
      ])('storing the same $case contents again is fine, others are refused', async ({ contents, others }) => {
        const first = await objects.store(file(contents), 'runs/a/out/x')
        expect(await objects.store(file(contents), 'runs/a/out/x')).toStrictEqual(first)
        await expect(objects.store(file(others), 'runs/a/out/x')).rejects.toThrow('with other contents')
        expect((await text('runs/a/out/x')) === contents).toBe(true)
      })

      it('of five that store under one key, those with the contents of the first agree, others are refused', async () => {
        const writers = ['a', 'b', 'a', 'b', 'a'].map((letter, n) => file(letter.repeat(10_000_000), `from-${n}`))
        const outcomes = await Promise.allSettled(writers.map((path) => objects.store(path, 'runs/a/out/x')))
        const stored = await text('runs/a/out/x')
        expect(['a', 'b']).toContain(stored?.[0])
        expect(outcomes.map(({ status }) => status === 'fulfilled')).toStrictEqual(
          ['a', 'b', 'a', 'b', 'a'].map((letter) => letter === stored?.[0]),
        )
      })

      it('a key that was stored is taken, a key that was written can be fetched', async () => {
        await objects.store(file('stored'), 'runs/a')
        expect(await objects.writeOnce('runs/a', bytesOf('x'))).toBe('taken')
        await objects.writeOnce('runs/b', bytesOf('written'))
        await objects.fetch('runs/b', join(folder, 'copy'))
        expect(readFileSync(join(folder, 'copy'), 'utf8')).toBe('written')
      })

      it('what is no regular file is refused', async () => {
        mkdirSync(join(folder, 'directory'))
        symlinkSync(file('target', 'target'), join(folder, 'link'))
        for (const path of ['directory', 'link', 'missing']) {
          await expect(objects.store(join(folder, path), 'runs/a')).rejects.toThrow(path)
        }
        expect(await objects.read('runs/a')).toBeUndefined()
        expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('target')
      })

      it('a copy that can not be made is no absent object', async () => {
        await objects.writeOnce('blobs/a', bytesOf('x'))
        await expect(objects.fetch('blobs/a', join(folder, 'no', 'such', 'folder'))).rejects.toThrow('ENOENT')
      })
    })

    it.each([
      { offset: 0, limit: 3, expected: 'abc' },
      { offset: 2, limit: 2, expected: 'cd' },
      { offset: 4, limit: 100, expected: 'ef' },
      { offset: 0, limit: 1e12, expected: 'abcdef' },
      { offset: 5, limit: 1, expected: 'f' },
      { offset: 6, limit: 1, expected: '' },
      { offset: 1e9, limit: 5, expected: '' },
      { offset: 3, limit: 0, expected: '' },
    ])('a slice from $offset, at most $limit bytes, is "$expected"', async ({ offset, limit, expected }) => {
      await objects.writeOnce('runs/a/stdout.log', bytesOf('abcdef'))
      const slice = await objects.slice('runs/a/stdout.log', offset, limit)
      expect(slice && new TextDecoder().decode(slice)).toBe(expected)
    })

    it.each([
      { offset: -1, limit: 1 },
      { offset: 0, limit: -1 },
    ])('a slice from $offset with limit $limit is a bug of the caller', async ({ offset, limit }) => {
      await objects.writeOnce('runs/a', bytesOf('abcdef'))
      await expect(objects.slice('runs/a', offset, limit)).rejects.toThrow(RangeError)
    })
  })
}
