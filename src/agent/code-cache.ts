import { existsSync, mkdirSync } from 'node:fs'
import { chmod, open, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { readCodeTree, type CodeTree } from '#agent/code-tree.ts'
import { eachLimited } from '#agent/each-limited.ts'
import { fetchVerified } from '#agent/fetch-verified.ts'
import { removeTree } from '#agent/remove-tree.ts'
import { blobKey } from '#contract/object-keys.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** Code that lies unpacked in `folder`. Clones copy it, none works in it. */
export interface UnpackedCode {
  readonly folder: string
  readonly tree: CodeTree
}

const filesAtOnce = 8
const kept = 32

// One unpacking a process and hash, however many clones ask for it at once.
const unpacked = new Map<string, Promise<Result<UnpackedCode, string>>>()
let partials = 0

/**
 * The code of this hash, unpacked into the cache if it isn't there. Every file is checked against its SHA-256 on the
 * way in and durable before the folder gets its name, so a folder that has its name is whole. The error says what is wrong.
 */
export async function unpackedCode(
  objects: ObjectStore,
  cache: string,
  sha256: string,
): Promise<Result<UnpackedCode, string>> {
  const folder = join(cache, sha256)
  const known = unpacked.get(folder)
  if (known !== undefined) return await known
  const unpacking = unpack(objects, cache, sha256, folder)
  unpacked.set(folder, unpacking)
  const [oldest] = unpacked.keys()
  if (unpacked.size > kept && oldest !== undefined) unpacked.delete(oldest)
  let done = false
  try {
    const result = await unpacking
    done = result.ok
    return result
  } finally {
    // What failed is tried again by the next clone.
    if (!done) unpacked.delete(folder)
  }
}

async function unpack(
  objects: ObjectStore,
  cache: string,
  sha256: string,
  folder: string,
): Promise<Result<UnpackedCode, string>> {
  const tree = await readCodeTree(objects, sha256)
  if (!tree.ok) return tree
  const code = ok({ folder, tree: tree.value })
  if (existsSync(folder)) return code
  partials += 1
  const partial = join(cache, `.${sha256}.${process.pid}.${partials}`)
  try {
    const problem = await fill(objects, partial, tree.value)
    if (problem !== undefined) return err(problem)
    await rename(partial, folder)
    return code
  } catch (error) {
    // Another process was first.
    if (existsSync(folder)) return code
    throw error
  } finally {
    await removeTree(partial)
  }
}

async function fill(objects: ObjectStore, root: string, tree: CodeTree): Promise<string | undefined> {
  mkdirSync(root, { recursive: true })
  for (const path of tree.folders) mkdirSync(join(root, path))
  let problem: string | undefined
  await eachLimited(tree.files, filesAtOnce, async (file) => {
    if (problem !== undefined) return
    const path = join(root, file.path)
    const fetched = await fetchVerified(objects, { object: blobKey(file.sha256), ...file }, path)
    if (!fetched.ok) {
      problem = `${file.path}: ${fetched.error}`
      return
    }
    await chmod(path, file.executable ? 0o755 : 0o644)
    await flush(path)
  })
  // Links last, so that no file can be written through one.
  for (const { path, target } of tree.links) await symlink(target, join(root, path))
  return problem
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}
