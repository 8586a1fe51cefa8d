import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunRecord } from '#core/run/run.ts'
import { unreachable } from '#core/unreachable.ts'
import { expandForEach, type EachItem, type EachList } from '#core/workflow/expand.ts'
import type { EachSource, OutputRef } from '#core/workflow/workflow.ts'
import { blobText } from '#operations/advance/blob-text.ts'
import type { Ports } from '#operations/ports.ts'

/**
 * The items of a `forEach` task, from literals, parameters, committed outputs and the sizes of other expansions; the same
 * every time. The error says which list is wrong and how.
 */
export async function itemsOf(
  ports: Pick<Ports, 'store' | 'objects' | 'definitions'>,
  run: RunRecord,
  task: string,
): Promise<Result<readonly EachItem[], string>> {
  const { readiness } = await ports.definitions.workflow(run)
  const forEach = readiness.tasks.get(task)?.forEach
  if (forEach === undefined) throw new Error(`task ${task} has no forEach`)
  return ports.definitions.items(run, task, async () => {
    const lists: Record<string, EachList> = {}
    for (const { name, source } of forEach.keys) {
      const list = await listOf(ports, run, source)
      if (!list.ok) return err(`forEach ${name}: ${list.error}`)
      lists[name] = list.value
    }
    return expandForEach(forEach, lists)
  })
}

async function listOf(
  ports: Pick<Ports, 'store' | 'objects' | 'definitions'>,
  run: RunRecord,
  source: EachSource,
): Promise<Result<EachList, string>> {
  switch (source.kind) {
    case 'literal':
      return ok({ kind: 'values', items: source.items })
    case 'param':
      return arrayOf(run.params[source.param], `params.${source.param}`)
    case 'output':
      return outputList(ports, run, source.from)
    case 'each': {
      const upstream = await ports.store.rows.get(run.id, 'task', source.from.task)
      const instances = upstream?.value.instances
      if (instances == null) throw new Error(`${source.from.task} is not expanded yet`)
      const items = await itemsOf(ports, run, source.from.task)
      const keys = items.ok ? items.value.map((item) => item.key ?? null) : []
      return ok({ kind: 'elements', from: source.from, count: instances, keys })
    }
    default:
      return unreachable(source)
  }
}

async function outputList(
  ports: Pick<Ports, 'store' | 'objects'>,
  run: RunRecord,
  from: OutputRef,
): Promise<Result<EachList, string>> {
  const row = await ports.store.rows.get(run.id, 'task', from.task)
  const output = row?.value.outputs?.[from.output]
  const name = `${from.task}.${from.output}`
  if (output === undefined) return err(`${name} was not written`)
  if (output.type === 'directory') return err(`${name} is a directory, not a JSON array`)
  const text = await blobText(ports.objects, output.object)
  let parsed: Json
  try {
    parsed = JSON.parse(text) as Json
  } catch {
    return err(`${name} is not JSON`)
  }
  return arrayOf(parsed, name)
}

function arrayOf(value: Json | undefined, name: string): Result<EachList, string> {
  if (!Array.isArray(value)) return err(`${name} is not an array`)
  return ok({ kind: 'values', items: value as readonly Json[] })
}
