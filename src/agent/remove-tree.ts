import { chmod, readdir, rmdir, unlink } from 'node:fs/promises'

/**
 * Removes a folder with all in it, also what its owner made unwritable, as far as it can: what can't be removed stays.
 * Never throws. One entry at a time: where freed blocks are discarded at once each takes milliseconds, and must not take
 * the thread pool from others. Names are bytes, since a name need not be UTF-8.
 */
export async function removeTree(path: string | Buffer): Promise<void> {
  const folder = Buffer.from(path)
  try {
    await empty(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') await makeWritable(folder)
  }
}

async function empty(folder: Buffer): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const path = Buffer.concat([folder, Buffer.from('/'), entry.name])
    if (entry.isDirectory()) await removeTree(path)
    else await unlink(path)
  }
  await rmdir(folder)
}

async function makeWritable(folder: Buffer): Promise<void> {
  try {
    await chmod(folder, 0o700)
    await empty(folder)
  } catch {
    // Not ours to remove.
  }
}
