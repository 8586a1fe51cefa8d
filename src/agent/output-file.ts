import { lstatSync, realpathSync, type Stats } from 'node:fs'
import { sep } from 'node:path'
import { machineFaultOf } from '#core/failure/machine-fault.ts'
import { err, ok, type Result } from '#core/result.ts'

/** A place in the output folder, with links followed. */
export interface OutputPlace {
  readonly path: string
  readonly stats: Stats
  /** Whether it was reached through a link, or has another name somewhere: it must be copied, not moved away. */
  readonly linked: boolean
}

/**
 * Looks at what lies at `path`, without opening it: a FIFO would wait for ever. `undefined` when nothing is there. Refuses
 * what lies outside of `folder` (a real path), and what is neither a file nor a folder.
 */
export function outputPlace(folder: string, path: string): Result<OutputPlace | undefined, string> {
  let real: string
  try {
    real = realpathSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const fault = machineFaultOf(code ?? null)
    if (fault !== undefined && fault.name !== 'NOT-WRITABLE') throw error
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return err(`can't be looked at: ${code}`)
    return isThere(path) ? err('is a link that leads nowhere') : ok(undefined)
  }
  if (!real.startsWith(folder + sep)) return err('is a link that leads out of the output folder')
  const stats = lstatSync(real)
  if (!stats.isFile() && !stats.isDirectory()) return err(`is ${kindOf(stats)}, not a file`)
  return ok({ path: real, stats, linked: real !== path || (stats.isFile() && stats.nlink > 1) })
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a FIFO'
  if (stats.isSocket()) return 'a socket'
  return 'a device'
}
