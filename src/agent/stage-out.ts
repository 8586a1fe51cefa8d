import { constants } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundOutput } from '#agent/check-outputs.ts'
import { eachLimited } from '#agent/each-limited.ts'
import type { OutputPlace } from '#agent/output-file.ts'
import { outputKey } from '#contract/object-keys.ts'
import type { Manifest, StagedFile, StagedOutput } from '#core/run/manifest.ts'
import type { ObjectStore } from '#ports/object-store.ts'

const filesAtOnce = 16

/** Where outputs go, and the folder in which copies may lie on the way. */
export interface StageOutTarget {
  readonly objects: ObjectStore
  readonly prefix: string
  readonly folder: string
  /** Once aborted, no further file is stored: it rejects, or the manifest is not whole. */
  readonly signal: AbortSignal
  /** Outputs by name that may be stored in a smaller form. */
  readonly compact: readonly string[]
}

/** A file of an output, and where it goes. */
interface Leaving {
  readonly output: FoundOutput
  readonly file: OutputPlace
  readonly key: string
}

/**
 * Stores checked outputs under the clone's own prefix; `canonical` has hashes of JSON outputs by name. The files may be gone
 * afterwards.
 */
export async function stageOut(
  outputs: readonly FoundOutput[],
  canonical: Readonly<Record<string, string>>,
  target: StageOutTarget,
): Promise<{ readonly manifest: Manifest; readonly bytesOut: number }> {
  const leaving = outputs.flatMap((output) => filesOf(output, outputKey(target.prefix, output.path)))
  const places = await privatePlaces(leaving, target)
  const staged = new Map<string, StagedFile>()
  let bytesOut = 0
  await eachLimited([...leaving.entries()], filesAtOnce, async ([at, { output, key }]) => {
    if (target.signal.aborted) return
    const options = { compact: target.compact.includes(output.name), signal: target.signal }
    const stored = await target.objects.store(places[at] as string, key, options)
    staged.set(key, { object: key, ...stored })
    bytesOut += stored.bytes
  })
  if (target.signal.aborted) return { manifest: {}, bytesOut }
  const manifest: Record<string, StagedOutput> = {}
  for (const output of outputs) {
    const key = outputKey(target.prefix, output.path)
    const one = (at: string) => staged.get(at) as StagedFile
    if (output.type === 'directory') {
      const files = output.files.map(({ name }) => ({ path: name, ...one(`${key}/${name}`) }))
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
      manifest[output.name] = { type: 'directory', folder: key, bytes, files }
      continue
    }
    const hash = canonical[output.name]
    manifest[output.name] =
      output.type === 'json' && hash !== undefined
        ? { type: 'json', ...one(key), canonical: hash }
        : { type: output.type, ...one(key) }
  }
  return { manifest, bytesOut }
}

function filesOf(output: FoundOutput, key: string): readonly Leaving[] {
  if (output.type !== 'directory') return [{ output, file: output.file, key }]
  return output.files.map((file) => ({ output, file, key: `${key}/${file.name}` }))
}

/**
 * Paths that may be moved away. What has another name, inside or outside of the output folder, is copied before the first is:
 * that name stays.
 */
async function privatePlaces(leaving: readonly Leaving[], target: StageOutTarget): Promise<readonly string[]> {
  const paths = leaving.map(({ file }) => file.path)
  const linked = [...leaving.entries()].filter(([, { file }]) => file.linked)
  await eachLimited(linked, filesAtOnce, async ([at, { file }]) => {
    paths[at] = join(target.folder, `copy-${at}`)
    await copyFile(file.path, paths[at], constants.COPYFILE_FICLONE)
  })
  return paths
}
