import type { FoundOutput } from '#agent/check-outputs.ts'
import { eachLimited } from '#agent/each-limited.ts'
import { fileDigest } from '#agent/file-digest.ts'
import type { Manifest, StagedOutput } from '#core/run/manifest.ts'

/** The contents of outputs: SHA-256 of each file by its path within the output (empty: the output itself). */
export type OutputDigests = Readonly<Record<string, ReadonlyMap<string, string>>>

const filesAtOnce = 4

/** Reads every file of the outputs. */
export async function digestsOf(outputs: readonly FoundOutput[]): Promise<OutputDigests> {
  const digests: Record<string, ReadonlyMap<string, string>> = {}
  for (const output of outputs) {
    const files = output.type === 'directory' ? output.files : [{ ...output.file, name: '' }]
    const known = new Map<string, string>()
    await eachLimited(files, filesAtOnce, async ({ name, path }) => {
      known.set(name, await fileDigest(path))
    })
    digests[output.name] = known
  }
  return digests
}

/** The name of an output whose staged contents are not what they were; `undefined` when all are. */
export function changedOutput(before: OutputDigests, manifest: Manifest): string | undefined {
  const names = new Set([...Object.keys(before), ...Object.keys(manifest)])
  return [...names].find((name) => !isSame(before[name], manifest[name]))
}

function isSame(before: ReadonlyMap<string, string> | undefined, staged: StagedOutput | undefined): boolean {
  if (before === undefined || staged === undefined) return before === staged
  const files = staged.type === 'directory' ? staged.files : [{ path: '', sha256: staged.sha256 }]
  return files.length === before.size && files.every(({ path, sha256 }) => before.get(path) === sha256)
}
