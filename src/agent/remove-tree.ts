import { chmod, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Removes a folder with all in it, folders without write permission too, as far as it can. Never throws. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch {
    await makeWritable(path)
    // What can't be removed now stays: nothing reads it.
    await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function makeWritable(folder: string): Promise<void> {
  try {
    await chmod(folder, 0o700)
    const entries = await readdir(folder, { withFileTypes: true })
    for (const entry of entries) if (entry.isDirectory()) await makeWritable(join(folder, entry.name))
  } catch {
    // Not ours to change.
  }
}
