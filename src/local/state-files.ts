import { join } from 'node:path'

/** Where a state directory keeps what; all on one file system, so that staging is renames and reflinks. */
export interface StateFiles {
  readonly store: string
  readonly objects: string
  readonly work: string
  readonly codeCache: string
}

/** The layout of a state directory. */
export function stateFiles(dir: string): StateFiles {
  return {
    store: join(dir, 'store.sqlite'),
    objects: join(dir, 'objects'),
    work: join(dir, 'work'),
    codeCache: join(dir, 'code'),
  }
}
