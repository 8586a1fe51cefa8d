import { join } from 'node:path'

/** Where a state directory keeps what; all on one file system, so that staging is renames and reflinks. */
export interface StateFiles {
  readonly store: string
  readonly objects: string
  /** Objects that are not whole yet. */
  readonly staging: string
  /** One folder a running clone. */
  readonly work: string
  readonly codeCache: string
  /** Which pools file the last engine was opened with. */
  readonly poolsNote: string
  /** Sessions of the living engine, and of one that was killed. */
  readonly processGroups: string
  /** What engines in the background said. */
  readonly engineLog: string
}

/** The layout of a state directory. */
export function stateFiles(dir: string): StateFiles {
  return {
    store: join(dir, 'store.sqlite'),
    objects: join(dir, 'objects'),
    staging: join(dir, 'staging'),
    work: join(dir, 'work'),
    codeCache: join(dir, 'code'),
    poolsNote: join(dir, 'pools.json'),
    processGroups: join(dir, 'processes'),
    engineLog: join(dir, 'engine.log'),
  }
}
