import { statSync } from 'node:fs'
import { fileDigest } from '#agent/file-digest.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { StagedFile } from '#core/run/manifest.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** Copies an object into `path` and checks the copy against its size and SHA-256. The error says what is wrong. */
export async function fetchVerified(
  objects: ObjectStore,
  staged: StagedFile,
  path: string,
): Promise<Result<void, string>> {
  if ((await objects.fetch(staged.object, path)) === 'absent') return err(`object ${staged.object} is missing`)
  const { size } = statSync(path)
  if (size !== staged.bytes) return err(`object ${staged.object} has ${size} bytes instead of ${staged.bytes}`)
  const sha256 = await fileDigest(path)
  if (sha256 === staged.sha256) return ok(undefined)
  return err(`object ${staged.object} has SHA-256 ${sha256} instead of ${staged.sha256}`)
}
