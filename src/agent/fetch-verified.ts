import { rm, stat } from 'node:fs/promises'
import type { ContentCache } from '#agent/content-cache.ts'
import { fileDigest } from '#agent/file-digest.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { StagedFile } from '#core/run/manifest.ts'
import { DamagedObject } from '#ports/damaged-object.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** Where content comes from. */
export interface ContentSource {
  readonly objects: ObjectStore
  /** What this machine has of it already. */
  readonly cache?: ContentCache | undefined
  readonly signal?: AbortSignal | undefined
}

/** How often content is asked for that is not what it was: it may have been damaged on the way. */
const maxTries = 3

/**
 * Copies an object into `path`, from the cache where that has it, and checks the copy against its size and SHA-256. The error
 * says what is wrong; then there is no file.
 */
export async function fetchVerified(
  { objects, cache, signal }: ContentSource,
  staged: StagedFile,
  path: string,
): Promise<Result<void, string>> {
  if (await cache?.take(staged, path)) return ok(undefined)
  const options = signal === undefined ? {} : { signal }
  for (let tries = 1; ; tries += 1) {
    const problem = await fetchOnce(objects, staged, path, options)
    if (problem === undefined) {
      await cache?.keep(staged, path)
      return ok(undefined)
    }
    await rm(path, { force: true })
    if (!problem.mayPass || tries === maxTries) return err(`object ${staged.object} ${problem.why}`)
  }
}

/** What is wrong with the copy, and whether another one may be better. */
async function fetchOnce(
  objects: ObjectStore,
  { object, bytes, sha256 }: StagedFile,
  path: string,
  options: { readonly signal?: AbortSignal },
): Promise<{ readonly why: string; readonly mayPass: boolean } | undefined> {
  try {
    if ((await objects.fetch(object, path, options)) === 'absent') return { why: 'is missing', mayPass: false }
  } catch (error) {
    if (error instanceof DamagedObject) return { why: `can't be read: ${error.message}`, mayPass: false }
    throw error
  }
  const { size } = await stat(path)
  if (size !== bytes) return { why: `has ${size} bytes instead of ${bytes}`, mayPass: false }
  const found = await fileDigest(path)
  return found === sha256 ? undefined : { why: `has SHA-256 ${found} instead of ${sha256}`, mayPass: true }
}
