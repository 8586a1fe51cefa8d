import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { outputPlace, type OutputPlace } from '#agent/output-file.ts'
import { err, ok, type Result } from '#core/result.ts'
import { LIMITS } from '#core/workflow/limits.ts'

/** A file below an output that is a directory. */
export interface DirectoryFile extends OutputPlace {
  /** `/`-separated, from the directory on. */
  readonly name: string
}

/** Each is an object and an entry of the manifest. */
const maxFiles = LIMITS.outputFiles.value
/** With its prefix a key of an object store holds 1,024 bytes. */
const maxNameBytes = 700

/**
 * The files of a directory by relative path, in code-unit order. A link to a file of the same output folder counts as
 * that file; a link to a folder is refused, since it may lead in a circle. Folders without files leave nothing.
 */
export function directoryFiles(folder: string, directory: string): Result<readonly DirectoryFile[], string> {
  const files: DirectoryFile[] = []
  const names: string[] = ['']
  for (let parent = names.pop(); parent !== undefined; parent = names.pop()) {
    for (const entry of readdirSync(join(directory, parent), { withFileTypes: true })) {
      const name = parent === '' ? entry.name : `${parent}/${entry.name}`
      if (!isPlain(name)) return err(`holds ${name}, a name that is too long, not UTF-8 or has control characters`)
      if (entry.isDirectory()) {
        names.push(name)
        continue
      }
      const place = outputPlace(folder, join(directory, name))
      if (!place.ok) return err(`holds ${name}, which ${place.error}`)
      // Nothing there: nobody but the agent is left to remove it, so it can't be.
      if (place.value === undefined) return err(`holds ${name}, which is gone`)
      if (place.value.stats.isDirectory()) return err(`holds ${name}, a link to a folder`)
      if (files.length === maxFiles) return err(`holds more than ${maxFiles} files: pack them into one`)
      files.push({ ...place.value, name })
    }
  }
  return ok(files.sort((a, b) => (a.name < b.name ? -1 : 1)))
}

function isPlain(name: string): boolean {
  // Bytes that are no UTF-8 were read as U+FFFD and can't be found again by that name.
  return Buffer.byteLength(name) <= maxNameBytes && !/[\p{Cc}\uFFFD]/u.test(name)
}
