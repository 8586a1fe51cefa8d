import { open, readdir, readlink, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { digestFile } from '#adapters/objects/file-digest.ts'
import { eachLimited } from '#agent/each-limited.ts'
import type { CodeFile, CodeLink, CodeManifest } from '#contract/code-manifest.ts'
import { canonicalBytes, sha256 } from '#core/hash.ts'
import { err, ok, type Result } from '#core/result.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { ignoreRules, type IgnoreRules } from '#local/workflow-file/ignore-rules.ts'
import { isInside } from '#local/workflow-file/is-inside.ts'

/** A `code` folder by the hash of its content. */
export interface PackedCode {
  /** Of the manifest's canonical form, which is what `manifest` holds. */
  readonly sha256: string
  readonly manifest: Uint8Array
  /** The files, each with the place of its content on this machine. */
  readonly files: readonly (CodeFile & { readonly from: string })[]
  readonly bytes: number
}

/** Why a folder can't be packed. */
export interface PackProblem {
  readonly message: string
  readonly fix: string
}

/**
 * Packs a folder: a manifest of files and links, sorted, and content by hash. Equal folders have equal hashes, whatever
 * the machine, the times of the files and their owner; of the mode only the right to execute counts. What
 * `.forkcastignore` or `.gitignore` name is left out. Every problem is told, up to a hundred.
 */
export async function packCode(folder: string): Promise<Result<PackedCode, readonly PackProblem[]>> {
  const problems: PackProblem[] = []
  const root = await realpath(folder)
  const found = await walk(root, problems)
  const files: CodeFile[] = []
  let bytes = 0
  await eachLimited(found.files, 8, async (path) => {
    if (problems.length > 0) return
    const file = await hashed(root, path)
    if ('fix' in file) problems.push(file)
    else {
      bytes += file.bytes
      files.push(file)
    }
    if (bytes > LIMITS.codeBytes.value) problems.push(tooMuch(beyondLimit('the code', bytes, 'codeBytes')))
  })
  if (problems.length > 0) return err(problems.slice(0, LIMITS.diagnostics.value))
  const manifest: CodeManifest = { files: files.toSorted(byPath), links: found.links.toSorted(byPath) }
  const content = canonicalBytes(manifest)
  return ok({
    sha256: sha256(content),
    manifest: content,
    files: manifest.files.map((file) => ({ ...file, from: join(root, file.path) })),
    bytes,
  })
}

interface Found {
  readonly files: string[]
  readonly links: CodeLink[]
}

async function walk(root: string, problems: PackProblem[]): Promise<Found> {
  const found: Found = { files: [], links: [] }
  const folders: { readonly path: string; readonly rules: IgnoreRules }[] = [
    { path: '', rules: await ignoreRules(root) },
  ]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(root, folder.path), { withFileTypes: true })) {
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`
      if (folder.rules.ignores(path, entry.isDirectory())) continue
      if (entry.isDirectory()) folders.push({ path, rules: await folder.rules.below(path) })
      else if (entry.isFile()) found.files.push(path)
      else if (entry.isSymbolicLink()) {
        const link = await linkAt(root, path)
        if ('fix' in link) problems.push(link)
        else found.links.push(link)
      } else problems.push({ message: `${quoted(path)} is no file that can be copied`, fix: leaveOut(path) })
    }
    const count = found.files.length + found.links.length
    if (count > LIMITS.codeFiles.value) {
      problems.push(tooMuch(beyondLimit('the code', count, 'codeFiles')))
      return found
    }
  }
  return found
}

async function hashed(root: string, path: string): Promise<CodeFile | PackProblem> {
  try {
    const file = await open(join(root, path))
    try {
      const { mode, size } = await file.stat()
      if (size > LIMITS.codeBytes.value) return tooMuch(beyondLimit(`the size of ${quoted(path)}`, size, 'codeBytes'))
      return { ...(await digestFile(file)), executable: (mode & 0o100) !== 0, path }
    } finally {
      await file.close()
    }
  } catch (error) {
    return { message: `${quoted(path)} can't be read: ${(error as Error).message}`, fix: leaveOut(path) }
  }
}

/**
 * A link as it is; one that leads out of the folder would mean something else on every machine. No `..` may follow a
 * name: the name may be a link itself, and then its words do not tell where the way leads.
 */
async function linkAt(root: string, path: string): Promise<CodeLink | PackProblem> {
  const target = await readlink(join(root, path))
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const wayUp = parts.findIndex((part) => part !== '..')
  const turnsBack = wayUp !== -1 && parts.includes('..', wayUp)
  if (!isAbsolute(target) && !turnsBack && isInside(root, join(root, dirname(path), target))) return { path, target }
  return { message: `${quoted(path)} is a link out of the code folder`, fix: leaveOut(path) }
}

function tooMuch(message: string): PackProblem {
  return {
    message,
    fix: 'leave data and installed packages out with `.forkcastignore`, or point `code` to a smaller folder',
  }
}

function leaveOut(path: string): string {
  return `leave it out: add ${quoted(path)} to \`.forkcastignore\``
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1
}
