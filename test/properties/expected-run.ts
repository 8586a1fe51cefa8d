import { canonicalHash } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import type { Condition, Task } from '#core/workflow/workflow.ts'
import { expectedAttempt, type Result } from './expected-attempt.ts'
import type { RandomRun } from './random-workflow.ts'
import type { SeenRun } from './seen-run.ts'

type Left = 'result' | 'nothing' | 'failure'
type Variables = Readonly<Record<string, Json>>

/** What may have become of a task: skipped for this, or states, with the results of which one is committed. */
interface Allowed {
  readonly states: readonly string[]
  readonly results?: readonly Result[]
}

/**
 * Holds a run against one pass over its tasks, which are in an order that their dependencies allow. What each must have come
 * to is told from what was drawn for it and from what its predecessors did come to; so by induction the whole run is told.
 *
 * - Exact, for state and output: every task of which no clone was taken away, in a run that neither stopped nor was cancelled.
 * - A set of outputs: whichever clone is first; the classes that reach a quorum; never one that no clones gave.
 * - With clones taken away (reclaimed, host or engine lost, over its limit): of mean, median, best and all the result of the
 *   others, exactly. The task may fail only if clones or tries of it do so by themselves.
 * - In a run that stops: tasks that are not `always` to run may be cancelled or skipped for that, and are not tried again.
 * - In a run with a budget: a task may fail `over-budget` if the budget is small, and `timed-out` if a clone of it was.
 * - In one that was cancelled: what was committed is right, and the rest is cancelled, or not there.
 */
export function unexpectedIn(run: RandomRun, seen: SeenRun): readonly string[] {
  const breaches: string[] = []
  const isCancelled = seen.state === 'cancelled'
  /** How many instances each task has whose list is known, and their literal items. */
  const known = new Map<string, readonly (Json | undefined)[]>()
  const definitions = new Map(run.workflow.tasks.map((task) => [task.id, task]))

  for (const task of run.workflow.tasks) {
    const obstacle = obstacleOf(task)
    if (obstacle !== undefined) expect(task, task.id, { states: [`skipped for ${obstacle}`] })
    else if (!holds(task.when)) expect(task, task.id, { states: ['skipped for nothing', ...ifStopping(task)] })
    else if (task.forEach === undefined) expect(task, task.id, played(task, task.id, {}))
    else expand(task)
  }
  const failed = run.workflow.tasks.some(({ id }) => left(id) === 'failure') || seen.isStopping
  if (!isCancelled && seen.state !== (failed ? 'failed' : 'succeeded')) breaches.push(`the run ${seen.state}`)
  return breaches

  function expect({ id: of }: Task, id: string, { states, results = [] }: Allowed): void {
    const row = seen.tasks.get(id)
    if (isCancelled && (row === undefined || row.state === 'cancelled')) return
    const was = row?.state === 'skipped' ? `skipped for ${row.skippedFor}` : (row?.state ?? 'not there')
    if (!states.includes(was)) breaches.push(`${id} is ${was} (${row?.error}), expected ${states.join(' or ')}`)
    else if (row?.state === 'committed' && row.instances === null) {
      const left = canonicalHash(row.outputs)
      if (results.some((result) => canonicalHash(result) === left)) return
      breaches.push(`${id} of ${of} left ${JSON.stringify(row.outputs)}, expected ${JSON.stringify(results)}`)
    }
  }

  function ifStopping({ always }: Task, ...more: readonly string[]): readonly string[] {
    return seen.isStopping && !always ? ['skipped for stop', ...more] : []
  }

  function left(id: string): Left {
    const row = seen.tasks.get(id)
    const isAllowed = definitions.get(id)?.allowFailure === true
    if (row?.state === 'committed') return 'result'
    if (row?.state === 'skipped') return row.skippedFor === 'nothing' ? 'nothing' : 'failure'
    return isAllowed ? 'nothing' : 'failure'
  }

  function obstacleOf({ always, needs, inputs, forEach }: Task): 'failure' | 'nothing' | undefined {
    const lists = (forEach?.keys ?? []).flatMap(({ source }) => {
      if (!('from' in source)) return []
      return [source.kind === 'each' && known.has(source.from.task) ? 'result' : left(source.from.task)]
    })
    const sources = (forEach?.keys ?? []).flatMap(({ source }) => ('from' in source ? [source.from.task] : []))
    // What a list is made of is needed, whatever else names it too.
    const data = Object.values(inputs).flatMap((input) => {
      if (input.kind !== 'output' || always) return []
      return !input.optional || sources.includes(input.from.task) ? [left(input.from.task)] : []
    })
    const order = always ? [] : needs.map(left)
    if (!always) data.push(...needs.filter((id) => sources.includes(id)).map(left))
    if ([...lists, ...data, ...order].includes('failure')) return 'failure'
    return [...lists, ...data].includes('nothing') ? 'nothing' : undefined
  }

  function holds(condition: Condition | undefined): boolean {
    if (condition === undefined) return true
    if (condition.kind === 'not') return !holds(condition.of)
    if (condition.kind !== 'compare') return condition.of[condition.kind === 'all' ? 'every' : 'some'](holds)
    const { left: operand, is, right } = condition
    const output = operand.kind === 'param' ? undefined : seen.tasks.get(operand.from.task)?.outputs['out']
    const value = operand.kind === 'param' ? run.params.level : field(output, operand.at)
    if (typeof value !== 'number') return false
    if (is === 'in') return (right as readonly number[]).includes(value)
    const by = value - (right as number)
    return { eq: by === 0, ne: by !== 0, gt: by > 0, ge: by >= 0, lt: by < 0, le: by <= 0 }[is]
  }

  function played(task: Task, id: string, each: Variables): Allowed {
    const variables: Record<string, Json> = { PARAM_LEVEL: String(run.params.level), ...each }
    for (const [name, { optional }] of Object.entries(task.inputs)) {
      const value = whole(name)
      if (value !== undefined) variables[`INPUT_${name.toUpperCase()}`] = value
      else if (!optional && !task.always) return { states: ['failed'] }
    }
    const attempt = expectedAttempt(run, task, id, canonicalHash({ task: id, variables }), seen.tasks.get(id))
    const { mayFail, failsIfStopped, results } = attempt
    const stopped = ifStopping(task, 'cancelled', ...(failsIfStopped ? ['failed'] : []))
    return {
      states: [...(results.length > 0 ? ['committed'] : []), ...(mayFail ? ['failed'] : []), ...stopped],
      results,
    }
  }

  /** An output, or those of all instances as a list. */
  function whole(id: string): Json | undefined {
    const row = seen.tasks.get(id)
    if (row?.instances == null) return row?.outputs['out']
    return (known.get(id) ?? []).map((item = null, index) => {
      const instance = seen.tasks.get(`${id}[${index}]`)
      const { state = 'pending', outputs = {} } = instance ?? {}
      return { index, key: null, item, state, output: outputs['out'] ?? null }
    })
  }

  function expand(task: Task): void {
    const { id, always, tolerate } = task
    const row = seen.tasks.get(id)
    if (isCancelled && (row === undefined || row.instances === null)) return
    if (row?.instances == null) return expect(task, id, { states: ifStopping(task) })
    const keys = task.forEach?.keys ?? []
    const each = keys.flatMap(({ source }) => (source.kind === 'each' ? [source.from.task] : []))
    const items = itemsOf(task)
    if (items === undefined) return expect(task, id, { states: ['failed'] })
    known.set(id, items)
    if (row.instances !== items.length) breaches.push(`${id} has ${row.instances} instances, not ${items.length}`)
    let own = 0
    let inherited = false
    for (const [index, item] of items.entries()) {
      const name = `${id}[${index}]`
      const before = always ? [] : each.map((upstream) => left(`${upstream}[${index}]`))
      if (before.includes('failure')) expect(task, name, { states: ['skipped for failure'] })
      else if (before.includes('nothing')) expect(task, name, { states: ['skipped for nothing'] })
      else
        expect(
          task,
          name,
          played(
            task,
            name,
            eachVariables(
              keys.map((key) => key.name),
              each,
              index,
              item,
            ),
          ),
        )
      const state = seen.tasks.get(name)
      if (state?.state === 'skipped' && state.skippedFor === 'failure') inherited = true
      else if (state?.state !== 'committed' && state?.skippedFor !== 'nothing') own += 1
    }
    const most = tolerate.kind === 'count' ? tolerate.count : Math.floor((tolerate.percent * items.length) / 100)
    const isFailed = own > most || (inherited && each.some((upstream) => left(upstream) === 'failure'))
    expect(task, id, { states: [isFailed ? 'failed' : 'committed'] })
  }

  function eachVariables(names: readonly string[], each: readonly string[], index: number, item?: Json): Variables {
    if (item !== undefined) return { EACH_ITEM: typeof item === 'object' ? item : String(item) }
    return Object.fromEntries(
      names.flatMap((name, place) => {
        const output = seen.tasks.get(`${each[place]}[${index}]`)?.outputs['out']
        return output === undefined ? [] : [[`EACH_${name.toUpperCase()}`, output]]
      }),
    )
  }

  /** An item an instance; `undefined` when lists that are to be taken in pairs are not of one length. */
  function itemsOf({ forEach }: Task): readonly (Json | undefined)[] | undefined {
    const sources = (forEach?.keys ?? []).map(({ source }) => source)
    const [first] = sources
    if (first?.kind === 'literal') return first.items
    if (first?.kind === 'output') return seen.tasks.get(first.from.task)?.outputs['list'] as readonly Json[]
    const counts = sources.map((source) => ('from' in source ? (known.get(source.from.task) ?? []).length : 0))
    if (counts.some((count) => count !== counts[0])) return undefined
    return Array.from({ length: counts[0] ?? 0 }, () => undefined)
  }
}

function field(value: Json | undefined, at: string | undefined): Json | undefined {
  if (value === undefined || at !== '/value' || typeof value !== 'object' || value === null) return undefined
  return Array.isArray(value) ? undefined : (value as Readonly<Record<string, Json>>)['value']
}
