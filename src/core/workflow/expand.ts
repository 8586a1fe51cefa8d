import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import { pointedAt } from '#core/workflow/json-pointer.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { ForEach, OutputRef } from '#core/workflow/workflow.ts'

/** One list of a `forEach`, resolved: its items, or as many references as another task has instances. */
export type EachList =
  | { readonly kind: 'values'; readonly items: readonly Json[] }
  | {
      readonly kind: 'elements'
      readonly from: OutputRef
      readonly count: number
      /** The keys of the instances there, taken over where the `forEach` points to none itself. */
      readonly keys?: readonly (string | null)[]
    }

/** What one instance gets for one key of the `forEach`: an item, or the output of the instance with its index. */
export type EachValue =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'element'; readonly from: OutputRef; readonly index: number }

/** One instance of a `forEach` task. */
export interface EachItem {
  readonly index: number
  /** Unique among the instances. */
  readonly key?: string
  readonly values: Readonly<Record<string, EachValue>>
}

/**
 * The instances of a `forEach`, from its resolved lists by name: their product with the last key fastest, or item by
 * item with `zip`. The error is a sentence for the user: lists of unequal length, too many instances, a key that is
 * missing or there twice. O(instances x keys).
 */
export function expandForEach(
  forEach: ForEach,
  lists: Readonly<Record<string, EachList>>,
): Result<readonly EachItem[], string> {
  const columns = forEach.keys.map(({ name }) => {
    const list = lists[name]
    if (list === undefined) throw new Error(`no list for the forEach key ${name}`)
    return { name, list, length: list.kind === 'values' ? list.items.length : list.count }
  })
  const lengths = columns.map(({ length }) => length)
  const [first = 0] = lengths
  if (forEach.zip && lengths.some((length) => length !== first)) {
    const listed = columns.map(({ name, length }) => `${quoted(name)} has ${length}`).join(', ')
    return err(`\`zip\` pairs lists of the same length, but ${listed}`)
  }
  const count = forEach.zip ? first : lengths.reduce((product, length) => product * length, 1)
  if (count > LIMITS.instances.value) {
    return err(`the lists make ${count} instances, the limit is ${LIMITS.instances.value} (\`instances\`)`)
  }
  const items: EachItem[] = []
  const seen = new Map<string, number>()
  for (let index = 0; index < count; index++) {
    const values: Record<string, EachValue> = {}
    let rest = index
    for (const { name, list, length } of columns.toReversed()) {
      const position = forEach.zip ? index : rest % length
      rest = Math.floor(rest / length)
      values[name] =
        list.kind === 'values'
          ? { kind: 'value', value: list.items[position] as Json }
          : { kind: 'element', from: list.from, index: position }
    }
    const key = keyOf(forEach, values, lists)
    if (!key.ok) return err(`instance ${index}: ${key.error}`)
    if (key.value === undefined) {
      items.push({ index, values })
      continue
    }
    const other = seen.get(key.value)
    if (other !== undefined)
      return err(`the key ${quoted(key.value)} is that of instance ${other} and of instance ${index}`)
    seen.set(key.value, index)
    items.push({ index, key: key.value, values })
  }
  return ok(items)
}

/** The key that the pointer leads to; without a pointer, that of the first instance that this one follows. */
function keyOf(
  { keys, keyPointer }: ForEach,
  values: Readonly<Record<string, EachValue>>,
  lists: Readonly<Record<string, EachList>>,
): Result<string | undefined, string> {
  if (keyPointer === undefined) {
    for (const { name } of keys) {
      const list = lists[name]
      const value = values[name]
      if (list?.kind === 'elements' && value?.kind === 'element') return ok(list.keys?.[value.index] ?? undefined)
    }
    return ok(undefined)
  }
  const [only] = keys
  const literals = Object.entries(values).flatMap(([name, each]) =>
    each.kind === 'value' ? [[name, each.value] as const] : [],
  )
  const item = keys.length === 1 && only !== undefined ? literals[0]?.[1] : (Object.fromEntries(literals) as Json)
  const found = item === undefined ? undefined : pointedAt(item, keyPointer)
  if (typeof found === 'number' || typeof found === 'boolean') return ok(String(found))
  if (typeof found !== 'string' || found === '') {
    return err(`\`key\` ${quoted(keyPointer)} leads to no text or number in ${quoted(item ?? null)}`)
  }
  if (found.length > LIMITS.keyLength.value) {
    return err(
      `the key ${quoted(found)} has ${found.length} characters, the limit is ${LIMITS.keyLength.value} (\`keyLength\`)`,
    )
  }
  return ok(found)
}
