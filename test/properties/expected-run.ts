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
  /** Items of the tasks that have a list, where it is known. */
  const items: Record<string, readonly Readonly<Record<string, Json>>[]> = {}
  const ok = (id: string): boolean => states[id] === 'committed'

  for (const task of workflow.tasks) {
    const sources = task.forEach?.keys.map(({ source }) => source) ?? []
    const each = sources.flatMap((source) => (source.kind === 'each' ? [source.from.task] : []))
    const inputs = Object.values(task.inputs).flatMap((input) => (input.kind === 'output' ? [input.from.task] : []))
    const whole = [
      ...task.needs,
      ...inputs,
      ...sources.flatMap((source) => (source.kind === 'output' ? [source.from.task] : [])),
    ]
    if (!whole.every(ok) || !each.every((id) => items[id] !== undefined)) {
      states[task.id] = 'skipped'
      continue
    }
    const given = Object.fromEntries(inputs.map((id) => [`INPUT_${id.toUpperCase()}`, gathered(id)]))
    const play = (id: string, variables: Readonly<Record<string, Json>>): void => {
      states[id] = broken.has(id) || broken.has(task.id) ? 'failed' : 'committed'
      if (ok(id)) outputs[id] = canonicalHash({ task: id, variables: { ...given, ...variables } })
    }
    if (task.forEach === undefined) {
      play(task.id, {})
      continue
    }
    const rows = rowsOf(task)
    items[task.id] = rows ?? []
    rows?.forEach((row, index) => {
      const id = `${task.id}[${index}]`
      if (each.every((upstream) => ok(`${upstream}[${index}]`))) play(id, row)
      else states[id] = 'skipped'
    })
    states[task.id] = rows?.every((_, index) => ok(`${task.id}[${index}]`)) === true ? 'committed' : 'failed'
    if (rows === undefined) delete items[task.id]
  }
  return { states, outputs }

  /** The whole of a task, as one that gathers it sees it. */
  function gathered(id: string): Json {
    return (
      items[id]?.map((row, index) => {
        const { EACH_N: n, EACH_ITEM: item, EACH_LETTER: letter } = row
        const value = n === undefined ? (item === undefined ? null : { item: Number(item), letter }) : Number(n)
        return { index, key: null, item: value as Json, state: 'committed', output: outputs[`${id}[${index}]`] ?? null }
      }) ??
      outputs[id] ??
      null
    )
  }

  /** `EACH_*` of every instance; `undefined` when zipped lists differ in length. */
  function rowsOf({ forEach }: Task): readonly Readonly<Record<string, Json>>[] | undefined {
    const [first, second] = forEach?.keys.map(({ source }) => source) ?? []
    if (first?.kind === 'literal') return first.items.map((n) => ({ EACH_N: String(n) }))
    if (first?.kind === 'output') {
      return (lists[first.from.task] ?? []).flatMap((item) =>
        ['x', 'y'].map((letter) => ({ EACH_ITEM: String(item), EACH_LETTER: letter })),
      )
    }
    const a = first?.kind === 'each' ? first.from.task : ''
    const b = second?.kind === 'each' ? second.from.task : undefined
    if (b !== undefined && items[a]?.length !== items[b]?.length) return undefined
    return items[a]?.map((_, i) => ({
      EACH_A: outputs[`${a}[${i}]`] ?? null,
      ...(b === undefined ? {} : { EACH_B: outputs[`${b}[${i}]`] ?? null }),
    }))
  }
}
