import { canonicalHash } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import type { Task } from '#core/workflow/workflow.ts'
import type { RandomRun } from './random-workflow.ts'

/** What a run must come to: the state of each task and instance, and the output of each that is committed. */
export interface Expected {
  readonly states: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, Json>>
}

/** The run played in one pass over its tasks, which are in an order that their dependencies allow. */
export function expectedRun({ workflow, lists, broken }: RandomRun): Expected {
  const states: Record<string, string> = {}
  const outputs: Record<string, Json> = {}
  /** Variables of each instance of the tasks whose list is known. */
  const known = new Map<string, readonly Variables[]>()
  const ok = (id: string): boolean => states[id] === 'committed'
  const outputOf = (id: string): Json => outputs[id] ?? null

  for (const task of workflow.tasks) {
    const sources = task.forEach?.keys ?? []
    const each = sources.flatMap(({ source }) => (source.kind === 'each' ? [source.from.task] : []))
    const listed = sources.flatMap(({ source }) => (source.kind === 'output' ? [source.from.task] : []))
    const inputs = Object.keys(task.inputs)
    if (![...task.needs, ...listed, ...inputs].every(ok) || !each.every((id) => known.has(id))) {
      states[task.id] = 'skipped'
      continue
    }
    const given = Object.fromEntries(inputs.map((id) => [`INPUT_${id.toUpperCase()}`, whole(id)]))
    const play = (id: string, variables: Variables): void => {
      states[id] = broken.has(id) || broken.has(task.id) ? 'failed' : 'committed'
      if (ok(id)) outputs[id] = canonicalHash({ task: id, variables: { ...given, ...variables } })
    }
    const instances = instancesOf(task, each)
    if (instances === 'unequal') states[task.id] = 'failed'
    else if (instances === 'none') play(task.id, {})
    else {
      known.set(task.id, instances)
      for (const [index, variables] of instances.entries()) {
        const id = `${task.id}[${index}]`
        if (each.every((upstream) => ok(`${upstream}[${index}]`))) play(id, variables)
        else states[id] = 'skipped'
      }
      states[task.id] = instances.every((_, index) => ok(`${task.id}[${index}]`)) ? 'committed' : 'failed'
    }
  }
  return { states, outputs }

  function whole(id: string): Json {
    const items = known.get(id)?.map(({ EACH_ITEM: item }, index) => {
      const output = outputOf(`${id}[${index}]`)
      return { index, key: null, item: item === undefined ? null : Number(item), state: 'committed', output }
    })
    return items ?? outputOf(id)
  }

  function instancesOf({ forEach }: Task, [a, b = a]: readonly string[]): readonly Variables[] | 'none' | 'unequal' {
    const source = forEach?.keys[0]?.source
    if (source?.kind === 'literal') return source.items.map((item) => ({ EACH_ITEM: JSON.stringify(item) }))
    if (source?.kind === 'output') return (lists[source.from.task] ?? []).map((item) => ({ EACH_ITEM: String(item) }))
    if (a === undefined || b === undefined) return 'none'
    if (known.get(a)?.length !== known.get(b)?.length) return 'unequal'
    const zipped = forEach?.keys.length === 2
    return (known.get(a) ?? []).map((_, index) => ({
      EACH_A: outputOf(`${a}[${index}]`),
      ...(zipped ? { EACH_B: outputOf(`${b}[${index}]`) } : {}),
    }))
  }
}

type Variables = Readonly<Record<string, Json>>
