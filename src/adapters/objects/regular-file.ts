import type { Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'

/** What is known of a file that is to be an object. @throws when there is none, or it is a link, a folder or a device. */
export async function regularFile(path: string): Promise<Stats> {
  const stats = await lstat(path)
  if (!stats.isFile()) throw new Error(`${path} is not a regular file: it can't be stored as an object`)
  return stats
}
