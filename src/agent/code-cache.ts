import { existsSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { readCodeTree, type CodeTree } from '#agent/code-tree.ts'
import type { ContentSource } from '#agent/fetch-verified.ts'
import { fillCode } from '#agent/fill-code.ts'
import { removeTree } from '#agent/remove-tree.ts'
import { err, ok, type Result } from '#core/result.ts'

/** Code that lies unpacked in `folder`. Clones copy it, none works in it. */
export interface UnpackedCode {
  readonly folder: string
  readonly tree: CodeTree
}

const kept = 32

// One unpacking a process and hash, however many clones ask for it at once.
const unpacked = new Map<string, Promise<Result<UnpackedCode, string>>>()
let partials = 0

/**
 * The code of this hash, unpacked into the cache if it isn't there. Every file is checked against its SHA-256 on the
 * way in and durable before the folder gets its name, so a folder that has its name is whole. The error says what is wrong.
 */
export async function unpackedCode(
  from: ContentSource,
  cache: string,
  sha256: string,
): Promise<Result<UnpackedCode, string>> {
  const folder = join(cache, sha256)
  const known = unpacked.get(folder)
  if (known !== undefined) return await known
  const unpacking = unpack(from, cache, sha256, folder)
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
  from: ContentSource,
  cache: string,
  sha256: string,
  folder: string,
): Promise<Result<UnpackedCode, string>> {
  const tree = await readCodeTree(from.objects, sha256)
  if (!tree.ok) return tree
  const code = ok({ folder, tree: tree.value })
  if (existsSync(folder)) return code
  partials += 1
  const partial = join(cache, `.${sha256}.${process.pid}.${partials}`)
  try {
    const problem = await fillCode(from, partial, tree.value, flush)
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

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}
