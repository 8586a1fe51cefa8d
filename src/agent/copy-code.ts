import { constants, copyFileSync, mkdirSync, symlinkSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { UnpackedCode } from '#agent/code-cache.ts'
import { eachLimited } from '#agent/each-limited.ts'

/** A reflink where the file system can, else a copy; never a hard link, through which a clone would change its siblings'. */
const mode = constants.COPYFILE_FICLONE
const filesAtOnce = 8
/** Up to here copying at once is cheaper than the way through the thread pool, and too short to hold others up. */
const smallFiles = 16
const smallBytes = 1024 ** 2

/** Gives a clone its private copy of the code, in an empty folder. */
export async function copyCode({ folder, tree }: UnpackedCode, to: string): Promise<void> {
  for (const path of tree.folders) mkdirSync(join(to, path))
  if (tree.files.length <= smallFiles && tree.bytes <= smallBytes) {
    for (const { path } of tree.files) copyFileSync(join(folder, path), join(to, path), mode)
  } else {
    await eachLimited(tree.files, filesAtOnce, ({ path }) => copyFile(join(folder, path), join(to, path), mode))
  }
  for (const { path, target } of tree.links) symlinkSync(target, join(to, path))
}
