import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, link, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { StagedOutput } from '#core/run/manifest.ts'
import type { RunRecord } from '#core/run/run.ts'
import { committedOutputs, hashOfOutput } from '#operations/documents/committed-outputs.ts'
import type { Ports } from '#operations/ports.ts'

/** A committed output: a file or a folder of this machine. */
export interface LocalOutput {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** The committed outputs of a run by the workflow's names, as files of this machine. */
export async function outputDocuments(
  reads: Pick<Ports, 'store' | 'definitions'>,
  run: RunRecord,
  objectsFolder: string,
): Promise<Readonly<Record<string, LocalOutput>>> {
  const documents: Record<string, LocalOutput> = {}
  for (const [name, staged] of Object.entries(await committedOutputs(reads, run))) {
    documents[name] = await outputDocument(staged, objectsFolder)
  }
  return documents
}

async function outputDocument(staged: StagedOutput, objectsFolder: string): Promise<LocalOutput> {
  const path = staged.type === 'directory' ? await folderOf(staged, objectsFolder) : join(objectsFolder, staged.object)
  return { path, bytes: staged.bytes, sha256: hashOfOutput(staged) }
}

/**
 * A directory that a clone left lies there as it is. One that is made of several clones' files, or an empty one, is only a
 * listing: its folder is made when it is first asked for, of links to the files.
 */
async function folderOf(
  { folder, files }: Extract<StagedOutput, { type: 'directory' }>,
  objectsFolder: string,
): Promise<string> {
  const path = join(objectsFolder, folder)
  if (files.length === 0) await mkdir(path, { recursive: true })
  for (const file of files) {
    const wanted = join(path, file.path)
    if (existsSync(wanted)) continue
    await mkdir(dirname(wanted), { recursive: true })
    await link(join(objectsFolder, file.object), wanted).catch(unlessThere)
  }
  return path
}

/** Somebody else has asked at the same time. */
function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

/** Copies an output to `target`, in place of what is there, and gives the absolute path. */
export async function copyOutput({ path }: LocalOutput, target: string): Promise<string> {
  const absolute = resolve(target)
  const draft = `${absolute}.${randomUUID()}`
  try {
    await cp(path, draft, { recursive: true })
    await rm(absolute, { recursive: true, force: true })
    await rename(draft, absolute)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return absolute
}
