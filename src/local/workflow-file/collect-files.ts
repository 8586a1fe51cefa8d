import { open, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { digestFile } from '#adapters/objects/file-digest.ts'
import { eachLimited } from '#agent/each-limited.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { isInside } from '#local/workflow-file/is-inside.ts'

/** A file that a workflow stages in. */
export interface CollectedFile {
  /** Where it really is. */
  readonly path: string
  readonly sha256: string
  readonly bytes: number
}

/**
 * The files that inputs name, by the path in the workflow. One that is missing, out of the folder or no regular file is
 * reported at every place that names it; a missing optional one is left out.
 */
export async function collectFiles(
  workflow: Workflow,
  baseDir: string,
  findings: Findings,
): Promise<ReadonlyMap<string, CollectedFile>> {
  const namedAt = new Map<string, { readonly path: Path; readonly optional: boolean }[]>()
  for (const task of workflow.tasks) {
    for (const [name, input] of Object.entries(task.inputs)) {
      if (input.kind !== 'file' || input.sha256 !== undefined) continue
      const place = { path: ['tasks', task.id, 'inputs', name, 'file'], optional: input.optional }
      const places = namedAt.get(input.path)
      if (places === undefined) namedAt.set(input.path, [place])
      else places.push(place)
    }
  }
  const root = await realpath(baseDir)
  const files = new Map<string, CollectedFile>()
  await eachLimited([...namedAt], 8, async ([path, places]) => {
    const found = await collect(root, path)
    if (found.kind === 'file') files.set(path, found.file)
    else {
      for (const place of places) {
        if (found.kind === 'missing' && place.optional) continue
        findings.add({ code: 'WF-FILE', message: found.message, fix: found.fix, path: place.path, at: 'value' })
      }
    }
  })
  return files
}

type Found =
  | { readonly kind: 'file'; readonly file: CollectedFile }
  | { readonly kind: 'missing' | 'wrong'; readonly message: string; readonly fix: string }

async function collect(root: string, path: string): Promise<Found> {
  const wrong = (message: string, fix: string): Found => ({ kind: 'wrong', message, fix })
  try {
    const real = await realpath(join(root, path))
    if (!isInside(root, real)) {
      return wrong(`${quoted(path)} is a link out of the folder of the workflow`, 'copy the file into the folder')
    }
    const file = await open(real)
    try {
      const stats = await file.stat()
      if (stats.isDirectory()) {
        return wrong(`${quoted(path)} is a folder`, 'name one file, or put the folder into `code`')
      }
      if (!stats.isFile()) return wrong(`${quoted(path)} is no regular file`, 'copy its content into a file')
      if (stats.size > LIMITS.fileBytes.value) {
        return wrong(beyondLimit(`the size of ${quoted(path)}`, stats.size, 'fileBytes'), 'split the file')
      }
      return { kind: 'file', file: { path: real, ...(await digestFile(file)) } }
    } finally {
      await file.close()
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      return wrong(`${quoted(path)} can't be read: ${message}`, 'check its permissions')
    const near = await neighbour(root, path)
    return {
      kind: 'missing',
      message: `there is no file ${quoted(path)}`,
      fix: near === undefined ? `paths are relative to ${quoted(root)}` : `did you mean ${quoted(near)}?`,
    }
  }
}

async function neighbour(root: string, path: string): Promise<string | undefined> {
  try {
    const near = didYouMean(basename(path), await readdir(join(root, dirname(path))))
    return near === undefined ? undefined : join(dirname(path), near)
  } catch {
    return undefined
  }
}
