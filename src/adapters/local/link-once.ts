import { link, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '#adapters/local/error-code.ts'

/**
 * Gives a synced file its name below `root`, unless the name is taken: of many who try, one succeeds. On return the
 * name is durable, whoever gave it. Folders are made as needed.
 */
export async function linkOnce(file: string, name: string, root: string): Promise<'linked' | 'taken'> {
  const outcome = await linked(file, name)
  await syncFolders(dirname(name), root)
  return outcome
}

/**
 * Syncs a folder and those above it, up to and with `root`: a file is durable once its name is, and so is every folder
 * on the way to it. Those that have not changed since their last sync are cheap, so which are new isn't kept.
 */
export async function syncFolders(folder: string, root: string): Promise<void> {
  const folders = [folder]
  for (let above = folder; above !== root && above !== dirname(above);) {
    above = dirname(above)
    folders.push(above)
  }
  await Promise.all(folders.map(syncFolder))
}

async function linked(file: string, name: string): Promise<'linked' | 'taken'> {
  await mkdir(dirname(name), { recursive: true })
  try {
    await link(file, name)
    return 'linked'
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await stat(name)).isFile()) return 'taken'
    throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
