import { mkdirSync } from 'node:fs'
import { chmod, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { CodeTree } from '#agent/code-tree.ts'
import { eachLimited } from '#agent/each-limited.ts'
import { fetchVerified, type ContentSource } from '#agent/fetch-verified.ts'
import { blobKey } from '#contract/object-keys.ts'

const filesAtOnce = 16

/**
 * Writes a packed code folder below `root`, each file checked against its SHA-256, and `done` told of it. The value says what
 * is wrong; then the folder is not whole.
 */
export async function fillCode(
  from: ContentSource,
  root: string,
  tree: CodeTree,
  done: (path: string) => Promise<void> = async () => undefined,
): Promise<string | undefined> {
  mkdirSync(root, { recursive: true })
  for (const path of tree.folders) mkdirSync(join(root, path))
  let problem: string | undefined
  await eachLimited(tree.files, filesAtOnce, async (file) => {
    if (problem !== undefined) return
    const path = join(root, file.path)
    const fetched = await fetchVerified(from, { object: blobKey(file.sha256), ...file }, path)
    if (!fetched.ok) {
      problem = `${file.path}: ${fetched.error}`
      return
    }
    await chmod(path, file.executable ? 0o755 : 0o644)
    await done(path)
  })
  // Links last, so that no file can be written through one.
  for (const { path, target } of tree.links) await symlink(target, join(root, path))
  return problem
}
