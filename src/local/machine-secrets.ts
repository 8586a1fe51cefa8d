import { isUtf8 } from 'node:buffer'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { machineFaultOf } from '#core/failure/machine-fault.ts'
import { err, ok, type Result } from '#core/result.ts'
import { unreachable } from '#core/unreachable.ts'
import type { SecretRef } from '#core/workflow/workflow.ts'

/** Where this machine has its secrets. */
export interface SecretPlaces {
  /** A variable of this process's environment; asked for the names that workflows name, and no other ones. */
  readonly environment: (name: string) => string | undefined
  /** The folder that relative paths of files start from: where Forkcast was started. */
  readonly folder: string
}

/** What a secret of an account may have at most. */
const maxBytes = 64 * 1024

/** Reads a secret anew each time. The error says why it can't be had, and never repeats what was read. */
export function machineSecrets(places: SecretPlaces): (ref: SecretRef) => Promise<Result<string, string>> {
  return async ({ source, name }) => {
    switch (source) {
      case 'env': {
        const value = places.environment(name)
        return value === undefined ? err('is not set') : ok(value)
      }
      case 'file':
        return readSecret(resolve(places.folder, name))
      case 'ssm':
      case 'secretsmanager':
        return err('can be read only in an account')
      default:
        return unreachable(source)
    }
  }
}

/** The text of a file without the newline at its end. */
function readSecret(path: string): Result<string, string> {
  try {
    const stats = statSync(path)
    // Anything else may never end.
    if (!stats.isFile()) return err('is not a file')
    if (stats.size > maxBytes) return err(`has more than ${maxBytes / 1024} KiB`)
    const bytes = readFileSync(path)
    return isUtf8(bytes) ? ok(bytes.toString().replace(/\r?\n$/, '')) : err('is not UTF-8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const fault = machineFaultOf(code ?? null)
    if (fault !== undefined && fault.name !== 'NOT-WRITABLE') throw error
    return err(code === 'ENOENT' || code === 'ENOTDIR' ? 'is not there' : `can't be read: ${code}`)
  }
}
