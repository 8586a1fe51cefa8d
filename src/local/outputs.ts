import { join } from 'node:path'
import type { OutputDocument } from '#contract/control-plane.ts'
import { canonicalBytes, sha256 } from '#core/hash.ts'
import { instanceId } from '#core/run/ids.ts'
import type { StagedOutput } from '#core/run/manifest.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { Ports } from '#operations/ports.ts'

/**
 * The committed outputs of a run by the workflow's names, as files of this machine. An output of a `forEach` task gives
 * one entry an instance, `name[0]` on. What is not committed, or was optional and not written, is absent.
 */
export async function outputDocuments(
  reads: Pick<Ports, 'store' | 'definitions'>,
  run: RunRecord,
  objectsFolder: string,
): Promise<Readonly<Record<string, OutputDocument>>> {
  const { workflow } = await reads.definitions.workflow(run)
  const documents: Record<string, OutputDocument> = {}
  for (const [name, from] of Object.entries(workflow.outputs)) {
    const row = await reads.store.rows.get(run.id, 'task', from.task)
    const instances = row?.value.instances ?? null
    if (instances === null) {
      const staged = row?.value.outputs?.[from.output]
      if (staged !== undefined) documents[name] = outputDocument(staged, objectsFolder)
      continue
    }
    for (let index = 0; index < instances; index += 1) {
      const instance = await reads.store.rows.get(run.id, 'task', instanceId(from.task, index))
      const staged = instance?.value.outputs?.[from.output]
      if (staged !== undefined) documents[`${name}[${index}]`] = outputDocument(staged, objectsFolder)
    }
  }
  return documents
}

/** A directory's hash is that of its listing: paths, sizes and hashes of its files. */
function outputDocument(staged: StagedOutput, objectsFolder: string): OutputDocument {
  if (staged.type !== 'directory') {
    return { path: join(objectsFolder, staged.object), bytes: staged.bytes, sha256: staged.sha256 }
  }
  const listing = staged.files.map(({ path, bytes, sha256: hash }) => ({ path, bytes, sha256: hash }))
  return {
    path: join(objectsFolder, staged.folder),
    bytes: staged.bytes,
    sha256: sha256(canonicalBytes(listing)),
  }
}
