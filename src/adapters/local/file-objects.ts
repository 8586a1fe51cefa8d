import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '#adapters/local/error-code.ts'
import { linkOnce, syncFolders } from '#adapters/local/link-once.ts'
import { byteRange } from '#adapters/objects/byte-range.ts'
import { digestFile } from '#adapters/objects/file-digest.ts'
import { assertObjectKey } from '#adapters/objects/object-key.ts'
import { regularFile } from '#adapters/objects/regular-file.ts'
import type { ObjectStore, StoredContent, StoreOptions, TransferOptions } from '#ports/object-store.ts'

/** Nobody writes to an object; a fetched copy is the owner's own. */
const objectMode = 0o444
const copyMode = 0o644

/**
 * Objects as files: each under its key in `objects/` of a folder. A file gets its name only when it is whole, hashed and
 * synced, by linking, which fails on a name that is taken: so an object never changes once it is there. What a crash
 * leaves in `staging/` of the folder is garbage, to be removed while no engine runs.
 */
export class FileObjects implements ObjectStore {
  readonly #folder: string
  readonly #objects: string
  readonly #staging: string

  constructor(folder: string) {
    this.#folder = folder
    this.#objects = join(folder, 'objects')
    this.#staging = join(folder, 'staging')
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    return this.#open(key, async (file) => file.readFile())
  }

  async writeOnce(key: string, bytes: Uint8Array): Promise<'written' | 'taken'> {
    const name = this.#name(key)
    if ((await this.size(key)) !== undefined) {
      // Whoever wrote it may not have synced the name yet.
      await syncFolders(dirname(name), this.#folder)
      return 'taken'
    }
    return this.#staged(async (staged) => {
      const file = await open(staged, 'wx', objectMode)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      return (await linkOnce(staged, name, this.#folder)) === 'linked' ? 'written' : 'taken'
    })
  }

  async fetch(key: string, file: string, { signal }: TransferOptions = {}): Promise<'fetched' | 'absent'> {
    signal?.throwIfAborted()
    if ((await this.size(key)) === undefined) return 'absent'
    await copyFile(this.#name(key), file, constants.COPYFILE_FICLONE)
    await chmod(file, copyMode)
    return 'fetched'
  }

  /**
   * The file is moved when it is on this file system and has no other name, else copied. A process that still holds it
   * open for writing could change what was moved: so whoever stores a task's files has ended its process group before. It is
   * never made compact: that takes longer here than a move, and people read these files.
   */
  async store(file: string, key: string, { signal }: StoreOptions = {}): Promise<StoredContent> {
    const name = this.#name(key)
    signal?.throwIfAborted()
    const source = await regularFile(file)
    return this.#staged(async (staged) => {
      const { dev } = await stat(this.#staging)
      if (source.dev === dev && source.nlink === 1) return this.#take(file, name)
      await copyFile(file, staged, constants.COPYFILE_FICLONE)
      return this.#take(staged, name)
    })
  }

  async size(key: string): Promise<number | undefined> {
    const stats = await unlessAbsent(stat(this.#name(key)))
    return stats?.isFile() ? stats.size : undefined
  }

  async slice(key: string, offset: number, limit: number): Promise<Uint8Array | undefined> {
    return this.#open(key, async (file, size) => {
      const { start, end } = byteRange(offset, limit, size)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
      return buffer.subarray(0, bytesRead)
    })
  }

  #name(key: string): string {
    assertObjectKey(key)
    return join(this.#objects, key)
  }

  async #open<T>(key: string, use: (file: FileHandle, size: number) => Promise<T>): Promise<T | undefined> {
    const file = await unlessAbsent(open(this.#name(key)))
    if (file === undefined) return undefined
    try {
      const stats = await file.stat()
      return stats.isFile() ? await use(file, stats.size) : undefined
    } finally {
      await file.close()
    }
  }

  /** Runs `use` with a name in `staging/` that is free before and after. */
  async #staged<T>(use: (staged: string) => Promise<T>): Promise<T> {
    const staged = join(this.#staging, randomUUID())
    await mkdir(this.#staging, { recursive: true })
    try {
      return await use(staged)
    } finally {
      await rm(staged, { force: true })
    }
  }

  /** Makes the object of a file on this file system that nobody else writes to; the file is gone afterwards. */
  async #take(file: string, name: string): Promise<StoredContent> {
    await chmod(file, objectMode)
    const digest = await digestOf(file, { sync: true })
    if ((await linkOnce(file, name, this.#folder)) === 'taken') {
      const present = await digestOf(name, { sync: false })
      if (present.sha256 !== digest.sha256) throw new Error(`${name} is there already, with other contents`)
    }
    await rm(file, { force: true })
    return digest
  }
}

async function digestOf(
  path: string,
  { sync }: { readonly sync: boolean },
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const file = await open(path)
  try {
    const digest = await digestFile(file)
    if (sync) await file.sync()
    return digest
  } finally {
    await file.close()
  }
}

/** The outcome, or `undefined` when there is no such file. */
async function unlessAbsent<T>(outcome: Promise<T>): Promise<T | undefined> {
  try {
    return await outcome
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
