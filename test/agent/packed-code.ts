import { blobKey } from '#contract/object-keys.ts'
import { canonicalBytes, sha256 } from '#core/hash.ts'
import type { AgentRig } from './agent-rig.ts'

/** A code folder. */
export interface Packed {
  readonly files?: Readonly<Record<string, string>>
  readonly executable?: readonly string[]
  readonly links?: Readonly<Record<string, string>>
}

/** Uploads a code folder; its hash. */
export async function pack(rig: AgentRig, { files = {}, executable = [], links = {} }: Packed): Promise<string> {
  const listed = await Promise.all(
    Object.entries(files).map(async ([path, contents]) => {
      const { sha256: hash, bytes } = await rig.object(blobKey(sha256(contents)), contents)
      return { path, sha256: hash, bytes, executable: executable.includes(path) }
    }),
  )
  const manifest = { files: listed, links: Object.entries(links).map(([path, target]) => ({ path, target })) }
  const bytes = canonicalBytes(manifest)
  await rig.object(blobKey(sha256(bytes)), bytes)
  return sha256(bytes)
}
