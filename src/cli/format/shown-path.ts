import { isAbsolute, relative } from 'node:path'

/** A path as it is shown: relative where it lies below the working directory. */
export function shownPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path
  const below = relative(cwd, path)
  return below === '' || below.startsWith('..') || isAbsolute(below) ? path : below
}
