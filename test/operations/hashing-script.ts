import type { Assignment, VariableValue } from '#contract/clone-api.ts'
import { canonicalHash, sha256 } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import type { StagedOutput } from '#core/run/manifest.ts'
import { unreachable } from '#core/unreachable.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/**
 * The outputs of a clone that depend on all that it was given and on nothing else: the hash of its task's id and of its
 * variables, with every staged object read and verified. `lists` gives a task's output `list` instead.
 */
export async function hashedOutputs(
  objects: ObjectStore,
  assignment: Assignment,
  lists: Readonly<Record<string, Json>> = {},
): Promise<Readonly<Record<string, Json>>> {
  const variables: Record<string, Json> = {}
  for (const { name, value } of assignment.variables) variables[name] = await contentOf(objects, value)
  const { task } = assignment.slot
  const out = canonicalHash({ task, variables })
  return { out, ...(Object.hasOwn(lists, task) ? { list: lists[task] as Json } : {}) }
}

async function contentOf(objects: ObjectStore, value: VariableValue): Promise<Json> {
  switch (value.kind) {
    case 'text':
      return value.text
    case 'json':
      return value.json
    case 'output':
      return read(objects, value.output)
    case 'gather': {
      const items: Json[] = []
      for (const { index, key, value: item, state, output } of value.items) {
        items.push({ index, key, item, state, output: output === null ? null : await read(objects, output) })
      }
      return items
    }
    case 'file':
      throw new Error('scripted clones are given no files')
    default:
      return unreachable(value)
  }
}

async function read(objects: ObjectStore, output: StagedOutput): Promise<Json> {
  if (output.type === 'directory') throw new Error('scripted clones are given no directories')
  const bytes = await objects.read(output.object)
  if (bytes === undefined || sha256(bytes) !== output.sha256)
    throw new Error(`${output.object} is not what was committed`)
  return JSON.parse(new TextDecoder().decode(bytes)) as Json
}
