import { posix } from 'node:path'
import { isInnerPath } from '#agent/inner-path.ts'
import type { CodeFile, CodeLink, CodeManifest } from '#contract/code-manifest.ts'
import { blobKey } from '#contract/object-keys.ts'
import { sha256 as digestOf } from '#core/hash.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** A packed code folder, checked: every path stays inside of it. */
export interface CodeTree {
  /** Folders below the root, parents first. */
  readonly folders: readonly string[]
  readonly files: readonly CodeFile[]
  readonly links: readonly CodeLink[]
  readonly bytes: number
}

/** Reads the code manifest of this hash. The error says what is wrong with it. */
export async function readCodeTree(objects: ObjectStore, sha256: string): Promise<Result<CodeTree, string>> {
  const bytes = await objects.read(blobKey(sha256))
  if (bytes === undefined) return err(`its manifest ${blobKey(sha256)} is missing`)
  if (digestOf(bytes) !== sha256) return err('its manifest was changed')
  const manifest = JSON.parse(new TextDecoder().decode(bytes)) as CodeManifest
  const entries = [...manifest.files, ...manifest.links]
  const folders = foldersOf(entries.map(({ path }) => path))
  const problem = problemOf(manifest, folders)
  if (problem !== undefined) return err(problem)
  const total = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
  return ok({ folders, files: manifest.files, links: manifest.links, bytes: total })
}

function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>()
  for (const path of paths) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at))
  }
  return [...folders].sort()
}

/** A path that leaves the folder, is there twice, or goes through a link would write somewhere else. */
function problemOf({ files, links }: CodeManifest, folders: readonly string[]): string | undefined {
  const taken = new Set(folders)
  for (const { path } of [...files, ...links]) {
    if (!isInnerPath(path)) return `its path ${path} leaves the folder`
    if (taken.has(path)) return `its path ${path} is there twice`
    taken.add(path)
  }
  const outward = links.find(({ path, target }) => leaves(posix.join(posix.dirname(path), target), target))
  return outward === undefined ? undefined : `its link ${outward.path} leads out of the folder`
}

function leaves(resolved: string, target: string): boolean {
  return posix.isAbsolute(target) || resolved === '..' || resolved.startsWith('../') || target.includes('\0')
}
