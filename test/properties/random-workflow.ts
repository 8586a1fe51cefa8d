import fc from 'fast-check'
import type { ForEach, Task, Workflow } from '#core/workflow/workflow.ts'
import { task, workflowOf } from '../builders/dag.ts'
import { from, leaves, numbers, over } from '../operations/drawn.ts'

/** A workflow, and how its tasks behave. */
export interface RandomRun {
  readonly workflow: Workflow
  /** Output `list` of a task. */
  readonly lists: Readonly<Record<string, readonly number[]>>
  /** Tasks and instances that fail whatever is tried, such as `t03` and `t04[1]`. */
  readonly broken: ReadonlySet<string>
  /** How many tries of a task (of each of its instances) fail before one succeeds; no more than its retries. */
  readonly unlucky: Readonly<Record<string, number>>
  /** Seconds of work of a task's first clone; later clones differ. */
  readonly takesS: Readonly<Record<string, number>>
}

interface Draw {
  readonly shape: 'plain' | 'literal' | 'list' | 'each' | 'zip'
  readonly needs: readonly number[]
  readonly inputs: readonly number[]
  readonly upstreams: readonly [number, number]
  readonly count: number
  readonly clones: number
  readonly hedgeS: number | null
  readonly retries: number
  readonly unlucky: number
  readonly broken: number
  readonly takesS: number
}

const draw: fc.Arbitrary<Draw> = fc.record({
  shape: fc.constantFrom('plain', 'plain', 'literal', 'list', 'each', 'each', 'zip'),
  needs: fc.array(fc.nat(), { maxLength: 2 }),
  inputs: fc.array(fc.nat(), { maxLength: 3 }),
  upstreams: fc.tuple(fc.nat(), fc.nat()),
  count: fc.nat(4),
  clones: fc.integer({ min: 1, max: 3 }),
  hedgeS: fc.option(fc.integer({ min: 1, max: 20 })),
  retries: fc.nat(2),
  unlucky: fc.nat(2),
  // One task in 25 is broken, or one of its instances is.
  broken: fc.nat(49),
  takesS: fc.integer({ min: 1, max: 30 }),
})

/** Runs of so many tasks, each with what comes before it to choose its predecessors from. */
export function randomRuns(size: { readonly min: number; readonly max: number }): fc.Arbitrary<RandomRun> {
  return fc.array(draw, { minLength: size.min, maxLength: size.max, size: 'max' }).map(build)
}

function build(draws: readonly Draw[]): RandomRun {
  const tasks: Task[] = []
  const lists: Record<string, readonly number[]> = {}
  const broken = new Set<string>()
  const unlucky: Record<string, number> = {}
  const takesS: Record<string, number> = {}
  for (const [number, drawn] of draws.entries()) {
    const id = `t${String(number).padStart(3, '0')}`
    const forEach = forEachOf(drawn, tasks)
    tasks.push(
      task(id, {
        needs: [...new Set(chosen(drawn.needs, tasks))].sort(),
        inputs: Object.fromEntries(chosen(drawn.inputs, tasks).map((upstream) => [upstream, from(`${upstream}.out`)])),
        outputs: forEach === undefined ? leaves('out', 'list') : leaves('out'),
        clones: drawn.clones,
        hedge: drawn.hedgeS === null ? { kind: 'off' } : { kind: 'after', seconds: drawn.hedgeS },
        retry: { limit: drawn.retries, backoffS: 2 },
        ...(forEach === undefined ? {} : { forEach }),
      }),
    )
    lists[id] = numbers(drawn.count).map((n) => n * number)
    if (drawn.broken === 0) broken.add(id)
    if (drawn.broken === 1) broken.add(`${id}[1]`)
    unlucky[id] = Math.min(drawn.unlucky, drawn.retries)
    takesS[id] = drawn.takesS
  }
  const run = { workflow: workflowOf(tasks), lists, broken, unlucky, takesS }
  return Object.assign(run, { [fc.toStringMethod]: () => drawing(run) })
}

/** What a failure prints: a line a task, instead of the workflow. */
function drawing({ workflow, lists, broken, unlucky, takesS }: RandomRun): string {
  const lines = workflow.tasks.map(({ id, forEach, needs, inputs, clones, hedge }) => {
    const over = forEach?.keys.map(({ source }) => JSON.stringify(source)).join(' zip ') ?? ''
    const data = Object.keys(inputs).join(' ')
    const luck = `${unlucky[id]} unlucky, ${takesS[id]} s, ${lists[id]?.length} listed`
    return `${id} after [${needs.join(' ')}] with [${data}] over [${over}] ×${clones}, hedge ${JSON.stringify(hedge)}, ${luck}`
  })
  return `\n${lines.join('\n')}\nbroken: ${[...broken].join(' ')}\n`
}

function forEachOf({ shape, upstreams: [first, second], count }: Draw, tasks: readonly Task[]): ForEach | undefined {
  const repeated = tasks.filter(({ forEach }) => forEach !== undefined).map(({ id }) => id)
  const plain = tasks.filter(({ forEach }) => forEach === undefined).map(({ id }) => id)
  const a = repeated[first % repeated.length]
  const b = repeated[second % repeated.length]
  switch (shape) {
    case 'plain':
      return undefined
    case 'list': {
      const upstream = plain[first % plain.length]
      return upstream === undefined ? undefined : over({ item: `${upstream}.list` })
    }
    case 'each':
      return a === undefined ? over({ item: numbers(count) }) : over({ a: `each ${a}.out` })
    case 'zip':
      return a === undefined ? undefined : over({ a: `each ${a}.out`, b: `each ${b}.out` }, { zip: true })
    case 'literal':
      return over({ item: numbers(count) })
  }
}

function chosen(picks: readonly number[], tasks: readonly Task[]): readonly string[] {
  return picks.flatMap((pick) => tasks[pick % tasks.length]?.id ?? [])
}
