import { canonicalBytes, sha256 } from '#core/hash.ts'
import { instanceId } from '#core/run/ids.ts'
import type { StagedOutput } from '#core/run/manifest.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { Ports } from '#operations/ports.ts'

type Reads = Pick<Ports, 'store' | 'definitions'>

/**
 * The committed outputs of a run by the workflow's names. An output of a `forEach` task gives one entry an instance,
 * `name[0]` on. What is not committed, or was optional and not written, is absent.
 */
export async function committedOutputs(reads: Reads, run: RunRecord): Promise<Readonly<Record<string, StagedOutput>>> {
  const { workflow } = await reads.definitions.workflow(run)
  const outputs: Record<string, StagedOutput> = {}
  for (const [name, from] of Object.entries(workflow.outputs)) {
    const row = await reads.store.rows.get(run.id, 'task', from.task)
    const instances = row?.value.instances ?? null
    if (instances === null) {
      const staged = row?.value.outputs?.[from.output]
      if (staged !== undefined) outputs[name] = staged
      continue
    }
    for (let index = 0; index < instances; index += 1) {
      const instance = await reads.store.rows.get(run.id, 'task', instanceId(from.task, index))
      const staged = instance?.value.outputs?.[from.output]
      if (staged !== undefined) outputs[`${name}[${index}]`] = staged
    }
  }
  return outputs
}

/** One of them, by its name; O(1) rows. */
export async function committedOutput(reads: Reads, run: RunRecord, name: string): Promise<StagedOutput | undefined> {
  const [, output = name, index] = /^(.*)\[(\d+)\]$/.exec(name) ?? []
  const { workflow } = await reads.definitions.workflow(run)
  const from = Object.hasOwn(workflow.outputs, output) ? workflow.outputs[output] : undefined
  if (from === undefined) return undefined
  const id = instanceId(from.task, index === undefined ? undefined : Number(index))
  const row = await reads.store.rows.get(run.id, 'task', id)
  return row?.value.outputs?.[from.output]
}

/** The hash of an output's content; a directory's is that of its listing: paths, sizes and hashes of its files. */
export function hashOfOutput(staged: StagedOutput): string {
  if (staged.type !== 'directory') return staged.sha256
  return sha256(canonicalBytes(staged.files.map(({ path, bytes, sha256: hash }) => ({ path, bytes, sha256: hash }))))
}
