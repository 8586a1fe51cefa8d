import { hash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { byteRange } from '#adapters/objects/byte-range.ts'
import { assertObjectKey } from '#adapters/objects/object-key.ts'
import { regularFile } from '#adapters/objects/regular-file.ts'
import type { ObjectStore, StoredContent, StoreOptions, TransferOptions } from '#ports/object-store.ts'

/** Objects in memory: gone with the process. */
export class MemoryObjects implements ObjectStore {
  readonly #objects = new Map<string, Uint8Array>()

  async read(key: string): Promise<Uint8Array | undefined> {
    return this.#object(key)?.slice()
  }

  async writeOnce(key: string, bytes: Uint8Array): Promise<'written' | 'taken'> {
    if (this.#object(key) !== undefined) return 'taken'
    this.#objects.set(key, bytes.slice())
    return 'written'
  }

  async fetch(key: string, file: string, { signal }: TransferOptions = {}): Promise<'fetched' | 'absent'> {
    const bytes = this.#object(key)
    signal?.throwIfAborted()
    if (bytes === undefined) return 'absent'
    await writeFile(file, bytes)
    return 'fetched'
  }

  async store(file: string, key: string, { signal }: StoreOptions = {}): Promise<StoredContent> {
    assertObjectKey(key)
    signal?.throwIfAborted()
    await regularFile(file)
    const bytes = await readFile(file)
    const sha256 = hash('sha256', bytes)
    if ((await this.writeOnce(key, bytes)) === 'taken' && sha256 !== hash('sha256', this.#object(key) ?? bytes)) {
      throw new Error(`object ${key} is there already, with other contents`)
    }
    return { bytes: bytes.byteLength, sha256 }
  }

  async size(key: string): Promise<number | undefined> {
    return this.#object(key)?.byteLength
  }

  async slice(key: string, offset: number, limit: number): Promise<Uint8Array | undefined> {
    const bytes = this.#object(key)
    if (bytes === undefined) return undefined
    const { start, end } = byteRange(offset, limit, bytes.byteLength)
    return bytes.slice(start, end)
  }

  #object(key: string): Uint8Array | undefined {
    assertObjectKey(key)
    return this.#objects.get(key)
  }
}
