import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, mkdir, open, rename, rm, statfs, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheEntries, evict, partialFolder } from '#agent/cache-folder.ts'
import { fileDigest } from '#agent/file-digest.ts'
import type { StagedFile } from '#core/run/manifest.ts'
import type { Clock } from '#ports/clock.ts'

type Content = Pick<StagedFile, 'bytes' | 'sha256'>

export interface CacheOptions {
  /** Shared by all agents of a machine that may write there. */
  readonly folder: string
  readonly mostBytes: number
  readonly clock: Clock
}

/** A file of more than this part of the cache is not kept: it would drive out too much. */
const largestPart = 1 / 4

/** When this part of its bound was added, a process looks what others have added; so much is freed beyond what is needed. */
const unseenPart = 1 / 16

/** This part of the disk is left to those who work. */
const freePart = 1 / 10

/**
 * Content that this machine has had before, by its hash. Processes share the folder without a lock: an entry gets its name when
 * it is whole, never changes, and goes by one call; who copies it meanwhile holds it open. Clones get copies (reflinks where
 * the file system can), so nothing goes that one of them uses, and none can change what is kept. What a task of the machine's
 * root has changed all the same, or a crash has left, is found out by its hash at its use, and removed. Beyond its bound it has
 * at most what processes have added that have not seen each other, a sixteenth each. Without room or rights it does nothing,
 * and says nothing.
 */
export class ContentCache {
  readonly #options: CacheOptions
  /** After the last look, and with what this process added since. */
  #bytes = 0
  /** Added by this process since the last look. */
  #added = Infinity
  #lastRoom: Promise<unknown> = Promise.resolve()

  constructor(options: CacheOptions) {
    this.#options = options
  }

  /** Copies content into a file that is the caller's own, and checks it; `false`: it is not here, and there is no file. */
  async take({ sha256, bytes }: Content, path: string): Promise<boolean> {
    const entry = this.#entry(sha256)
    try {
      if (await this.#copy(entry, bytes, path)) {
        if ((await fileDigest(path)) === sha256) return true
        await rm(entry, { force: true })
      }
    } catch {
      // It has gone, or a copy finds no room: whoever asked fetches it, and is told.
    }
    await rm(path, { force: true })
    return false
  }

  /** Keeps a copy of a file whose content was checked. */
  async keep({ sha256, bytes }: Content, path: string): Promise<void> {
    const { folder, mostBytes } = this.#options
    if (bytes > mostBytes * largestPart) return
    const partial = join(folder, partialFolder, randomUUID())
    const entry = this.#entry(sha256)
    try {
      await mkdir(dirname(partial), { recursive: true })
      await mkdir(dirname(entry), { recursive: true })
      if (!(await this.#makeRoom(bytes))) return
      await copyFile(path, partial, constants.COPYFILE_FICLONE)
      await chmod(partial, 0o444)
      await this.#touch(partial)
      await rename(partial, entry)
    } catch {
      await rm(partial, { force: true }).catch(() => undefined)
    }
  }

  #entry(sha256: string): string {
    return join(this.#options.folder, sha256.slice(0, 2), sha256)
  }

  /**
   * A task may have put anything in its place, a FIFO too: only a file of that size is read, and the same one until the end.
   */
  async #copy(entry: string, bytes: number, path: string): Promise<boolean> {
    const file = await open(entry, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stats = await file.stat()
      if (!stats.isFile() || stats.size !== bytes) {
        await rm(entry, { recursive: true, force: true })
        return false
      }
      const held = `/proc/self/fd/${file.fd}`
      await copyFile(held, path, constants.COPYFILE_FICLONE)
      await chmod(path, 0o644)
      // Others than its owner can't say that it was used.
      await this.#touch(held).catch(() => undefined)
      return true
    } finally {
      await file.close()
    }
  }

  async #touch(path: string): Promise<void> {
    const now = new Date(this.#options.clock.nowMs())
    await utimes(path, now, now)
  }

  /** Makes room below the bound and on the disk, and takes it; whether there is. */
  async #makeRoom(bytes: number): Promise<boolean> {
    // One after another: each sees what those before have taken.
    const taking = this.#lastRoom.then(async () => {
      const isThere = await this.#hasRoom(bytes)
      if (isThere) this.#bytes += bytes
      if (isThere) this.#added += bytes
      return isThere
    })
    this.#lastRoom = taking.catch(() => undefined)
    return taking
  }

  async #hasRoom(bytes: number): Promise<boolean> {
    const { folder, mostBytes, clock } = this.#options
    const { bsize, blocks, bavail } = await statfs(folder)
    const lacking = bytes + bsize * (blocks * freePart - bavail)
    if (this.#added < mostBytes * unseenPart && this.#bytes + bytes <= mostBytes && lacking <= 0) return true
    const entries = await cacheEntries(folder, clock.nowMs())
    const all = entries.reduce((sum, entry) => sum + entry.bytes, 0)
    const over = Math.max(0, lacking, all + bytes - mostBytes)
    // Some more, so that the next one need not look again.
    const freed = over === 0 ? 0 : await evict(entries, over + mostBytes * unseenPart)
    this.#bytes = all - freed
    this.#added = 0
    return freed >= over
  }
}
