import { unpackedCode } from '#agent/code-cache.ts'
import { readCodeTree } from '#agent/code-tree.ts'
import { copyCode } from '#agent/copy-code.ts'
import type { ContentSource } from '#agent/fetch-verified.ts'
import { fillCode } from '#agent/fill-code.ts'

/**
 * Gives a clone its private copy of the code of this hash, in an empty folder: of what lies unpacked in the cache, or file by
 * file where there is no such cache. The value says what is wrong.
 */
export async function placeCode(
  from: ContentSource,
  cache: string | undefined,
  sha256: string,
  to: string,
): Promise<string | undefined> {
  if (cache === undefined) {
    const tree = await readCodeTree(from.objects, sha256)
    return tree.ok ? fillCode(from, to, tree.value) : tree.error
  }
  // Other clones wait for the same folder: it does not end with this one.
  const { objects, cache: contents } = from
  const code = await unpackedCode({ objects, cache: contents }, cache, sha256)
  if (!code.ok) return code.error
  await copyCode(code.value, to)
  return undefined
}
