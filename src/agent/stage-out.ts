import { constants } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundOutput } from '#agent/check-outputs.ts'
import { eachLimited } from '#agent/each-limited.ts'
import type { OutputPlace } from '#agent/output-file.ts'
import { outputKey } from '#contract/object-keys.ts'
import type { Manifest, StagedFile, StagedOutput } from '#core/run/manifest.ts'
import type { ObjectStore } from '#ports/object-store.ts'

const filesAtOnce = 8

/** Where outputs go, and the folder in which copies may lie on the way. */
export interface StageOutTarget {
  readonly objects: ObjectStore
  readonly prefix: string
  readonly folder: string
  /** Once aborted, no further file is stored and the manifest is not whole. */
  readonly signal: AbortSignal
}

/** Stores checked outputs under the clone's own prefix; `canonical` has hashes of JSON outputs by name. The files may be gone afterwards. */
export async function stageOut(
  outputs: readonly FoundOutput[],
  canonical: Readonly<Record<string, string>>,
  target: StageOutTarget,
): Promise<{ readonly manifest: Manifest; readonly bytesOut: number }> {
  const manifest: Record<string, StagedOutput> = {}
  let bytesOut = 0
  for (const output of outputs) {
    const key = outputKey(target.prefix, output.path)
    if (output.type === 'directory') {
      const files = await storeAll(output.name, output.files, key, target)
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
      manifest[output.name] = { type: 'directory', folder: key, bytes, files }
      bytesOut += bytes
    } else {
      const staged = await store(output.file, key, target, output.name)
      const hash = canonical[output.name]
      manifest[output.name] =
        output.type === 'json' && hash !== undefined
          ? { type: 'json', ...staged, canonical: hash }
          : { type: output.type, ...staged }
      bytesOut += staged.bytes
    }
    if (target.signal.aborted) break
  }
  return { manifest, bytesOut }
}

type StagedDirectory = Extract<StagedOutput, { type: 'directory' }>['files']

async function storeAll(
  name: string,
  files: Extract<FoundOutput, { type: 'directory' }>['files'],
  key: string,
  target: StageOutTarget,
): Promise<StagedDirectory> {
  const staged: StagedDirectory[number][] = []
  await eachLimited([...files.entries()], filesAtOnce, async ([at, file]) => {
    if (target.signal.aborted) return
    const stored = await store(file, `${key}/${file.name}`, target, `${name}-${at}`)
    staged[at] = { path: file.name, ...stored }
  })
  // Holes are left by an abort only.
  return staged.filter(() => true)
}

/** Stores one file. What has another name, inside or outside of the output folder, is copied first: that name stays. */
async function store(file: OutputPlace, key: string, target: StageOutTarget, copyName: string): Promise<StagedFile> {
  let { path } = file
  if (file.linked) {
    path = join(target.folder, `copy-${copyName}`)
    await copyFile(file.path, path, constants.COPYFILE_FICLONE)
  }
  return { object: key, ...(await target.objects.store(path, key)) }
}
