import fc from 'fast-check'
import type { Cause } from '#core/failure/cause.ts'
import type { Aggregate, Condition, ForEach, Input, Task, Variant, Workflow } from '#core/workflow/workflow.ts'
import { task, workflowOf } from '../builders/dag.ts'
import { leaves, numbers, over } from '../operations/drawn.ts'

/** What the clones of a task do; clone n does what stands at n, counted round. */
export interface Habits {
  /** Output `list`. */
  readonly list: readonly number[]
  /** The number in output `out`. */
  readonly values: readonly number[]
  /** Which of several answers a clone gives: equal ones agree. */
  readonly answers: readonly number[]
  /** Clones that fail whatever is tried. */
  readonly failing: readonly boolean[]
  /** Clones whose score is none. */
  readonly scoreless: readonly boolean[]
  /** What those that fail, fail of. */
  readonly cause: Cause
  /** How many tries of the task (of each of its instances) fail as a whole before one may succeed. */
  readonly unlucky: number
  /** Seconds of work of the first clone; later clones differ. */
  readonly takesS: number
}

/** A workflow, and how its tasks behave. */
export interface RandomRun {
  readonly workflow: Workflow
  readonly params: { readonly level: number }
  /** By task. */
  readonly habits: Readonly<Record<string, Habits>>
  /** Tasks and instances that fail whatever is tried, such as `t03` and `t04[1]`. */
  readonly broken: ReadonlySet<string>
}

/** What is one of ten is rare: 0. */
const rare = fc.nat(9)
const pick = fc.nat(9999)

const draw = fc.record({
  shape: fc.constantFrom('plain', 'plain', 'plain', 'literal', 'list', 'each', 'each', 'zip'),
  needs: fc.array(pick, { maxLength: 2 }),
  inputs: fc.array(pick, { maxLength: 3 }),
  /** Bits: which inputs are optional. */
  optional: fc.constantFrom(0, 0, 0, 1, 2, 7),
  upstreams: fc.tuple(pick, pick),
  count: fc.nat(4),
  policy: fc.constantFrom('first', 'first', 'first', 'first', 'quorum', 'quorum', 'mean', 'median', 'best', 'all'),
  clones: fc.integer({ min: 1, max: 4 }),
  /** `of` and `min`. */
  enough: fc.nat(4),
  goal: fc.constantFrom('min', 'max'),
  variants: rare,
  hedgeS: fc.option(fc.integer({ min: 1, max: 20 })),
  retries: fc.nat(2),
  on: rare,
  unlucky: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 1, 2, 3),
  cause: fc.constantFrom('user-error', 'user-error', 'validator-rejected', 'bad-output'),
  /** Bits by clone; most often none. */
  failing: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 6),
  scoreless: fc.constantFrom(0, 0, 0, 0, 1, 2, 6),
  answers: fc.constantFrom(0, 0, 0, 0, 0, 1, 2, 4, 6),
  values: fc.array(fc.nat(7), { minLength: 4, maxLength: 4 }),
  // One task in 25 is broken, or one of its instances is.
  broken: fc.nat(49),
  takesS: fc.integer({ min: 1, max: 30 }),
  when: fc.nat(5),
  condition: fc.record({ of: pick, is: fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in'), right: fc.nat(4) }),
  wrapped: fc.constantFrom('bare', 'bare', 'all', 'any', 'not'),
  always: rare,
  allowFailure: rare,
  idempotent: rare,
  tolerate: fc.constantFrom(0, 0, 1, 2, 30, 50),
})
type Draw = typeof draw extends fc.Arbitrary<infer T> ? T : never

const around = fc.record({
  level: fc.nat(7),
  onFailure: fc.constantFrom('finish', 'finish', 'finish', 'finish', 'stop'),
  timeoutS: fc.tuple(rare, fc.integer({ min: 10, max: 150 })).map(([odds, seconds]) => (odds === 0 ? seconds : null)),
  /** In thousandths of a USD; one clone costs some 1 at worst. */
  budget: fc.constantFrom(null, null, null, null, null, null, 100_000, 100_000, 100_000, 1, 3, 8),
})
type Around = typeof around extends fc.Arbitrary<infer T> ? T : never

/** Runs of so many tasks, each with what comes before it to choose its predecessors from. */
export function randomRuns(size: { readonly min: number; readonly max: number }): fc.Arbitrary<RandomRun> {
  const draws = fc.array(draw, { minLength: size.min, maxLength: size.max, size: 'max' })
  return fc.tuple(draws, around).map(([tasks, rest]) => build(tasks, rest))
}

function build(draws: readonly Draw[], { level, onFailure, timeoutS, budget }: Around): RandomRun {
  const tasks: Task[] = []
  const habits: Record<string, Habits> = {}
  const broken = new Set<string>()
  for (const [number, drawn] of draws.entries()) {
    const id = `t${String(number).padStart(3, '0')}`
    tasks.push(taskOf(id, drawn, tasks))
    const { cause, unlucky, takesS } = drawn
    const { policy } = (tasks.at(-1) as Task).aggregate
    const areAlike = policy === 'quorum' || (policy === 'first' && drawn.answers === 0)
    const [value = 0] = drawn.values
    habits[id] = {
      list: numbers(drawn.count).map((n) => n * number),
      values: areAlike ? [value, value, value, value] : drawn.values,
      // The best one is told from those that it is tied with.
      answers: policy === 'best' ? [0, 1, 2, 3] : bits(drawn.answers).map(Number),
      failing: bits(drawn.failing),
      scoreless: bits(drawn.scoreless),
      cause,
      unlucky,
      takesS,
    }
    if (drawn.broken === 0) broken.add(id)
    if (drawn.broken === 1) broken.add(`${id}[1]`)
  }
  const workflow = workflowOf(tasks, {
    params: { level: { type: 'integer' } },
    onFailure,
    ...(timeoutS === null ? {} : { timeoutS }),
    ...(budget === null ? {} : { budgetUsd: budget / 1000 }),
  })
  const run = { workflow, params: { level }, habits, broken }
  return Object.assign(run, { [fc.toStringMethod]: () => drawing(run) })
}

function taskOf(id: string, drawn: Draw, before: readonly Task[]): Task {
  const forEach = forEachOf(drawn, before)
  const idempotent = drawn.idempotent > 0
  const policy = idempotent ? drawn.policy : 'first'
  const clones = idempotent ? Math.max(drawn.clones, policy === 'first' ? 1 : 2) : 1
  const variants = drawn.variants === 0 && clones > 1 ? numbers(clones).map(variantOf) : []
  const mayHedge = (policy === 'first' || policy === 'quorum') && idempotent && variants.length === 0
  const { hedgeS, retries, on, tolerate } = drawn
  const failsOf = policy === 'quorum' ? 'no-quorum' : drawn.cause
  return task(id, {
    needs: [...new Set(chosen(drawn.needs, before))].sort(),
    inputs: Object.fromEntries(
      chosen(drawn.inputs, before).map((upstream, index) => [upstream, inputOf(upstream, bits(drawn.optional)[index])]),
    ),
    outputs: leaves('out', ...(policy === 'best' ? ['score'] : []), ...(forEach === undefined ? ['list'] : [])),
    clones,
    variants,
    aggregate: aggregateOf(policy, drawn, clones),
    hedge: hedgeS === null || !mayHedge ? { kind: 'off' } : { kind: 'after', seconds: hedgeS },
    // One task in five is tried again after some causes alone.
    retry: {
      limit: retries,
      backoffS: 2,
      ...(on > 1 ? {} : { on: on === 0 ? ['timed-out'] : [failsOf, 'timed-out'] }),
    },
    idempotent,
    always: drawn.always === 0,
    allowFailure: drawn.allowFailure === 0,
    ...conditionOf(drawn, before),
    ...(forEach === undefined ? {} : { forEach }),
    tolerate:
      forEach === undefined || tolerate < 10
        ? { kind: 'count', count: forEach === undefined ? 0 : tolerate }
        : { kind: 'share', percent: tolerate },
  })
}

function variantOf(number: number): Variant {
  const resources = { vcpus: 1, memoryMiB: 64 * (number + 1), gpus: 0 }
  const run = { kind: 'shell', script: `true ${number}` } as const
  return { name: `v${number}`, run, resources, env: { WAY: String(number) } }
}

function aggregateOf(policy: Aggregate['policy'], { enough, goal }: Draw, clones: number): Aggregate {
  const min = enough === 0 ? {} : { min: Math.min(enough, clones) }
  switch (policy) {
    case 'quorum':
      return { policy, of: Math.min(2 + (enough % 2), clones) }
    case 'mean':
    case 'median':
      return { policy, ...min }
    case 'best':
      return { policy, output: 'score', goal, ...min }
    default:
      return { policy }
  }
}

function inputOf(upstream: string, optional = false): Input {
  return { kind: 'output', from: { task: upstream, output: 'out' }, optional }
}

function conditionOf({ when, condition, wrapped, optional }: Draw, before: readonly Task[]): { when?: Condition } {
  if (when > 1) return {}
  const plain = before.filter(({ forEach }) => forEach === undefined)
  const upstream = when === 0 ? undefined : plain[condition.of % plain.length]
  const { is, right } = condition
  const level: Condition = { kind: 'compare', left: { kind: 'param', param: 'level' }, ...meaning(is, right) }
  if (upstream === undefined) return { when: level }
  const from = { task: upstream.id, output: 'out' }
  const left = { kind: 'output', from, at: optional === 1 ? '/nowhere' : '/value' } as const
  const one: Condition = { kind: 'compare', left, ...meaning(is, right) }
  if (wrapped === 'bare') return { when: one }
  return { when: wrapped === 'not' ? { kind: 'not', of: one } : { kind: wrapped, of: [one, level] } }
}

function meaning(is: Extract<Condition, { kind: 'compare' }>['is'], right: number) {
  return { is, right: is === 'in' ? [right, right + 1, right + 2] : right }
}

/** What a failure prints: a line a task, instead of the workflow. */
function drawing({ workflow, habits, broken, params }: RandomRun): string {
  const lines = workflow.tasks.map(
    ({ id, forEach, needs, inputs, clones, variants, hedge, aggregate, retry, when, ...rest }) => {
      const { idempotent, always, allowFailure, tolerate } = rest
      const over = forEach?.keys.map(({ source }) => JSON.stringify(source)).join(' zip ') ?? ''
      const data = Object.entries(inputs).map(([name, { optional }]) => (optional ? `${name}?` : name))
      const said = { hedge, aggregate, retry, when, idempotent, always, allowFailure, tolerate, ...habits[id] }
      const kind = variants.length > 0 ? 'variants' : 'clones'
      return `${id} after [${needs.join(' ')}] with [${data.join(' ')}] over [${over}] ${clones} ${kind} ${JSON.stringify(said)}`
    },
  )
  const { onFailure, timeoutS, budgetUsd } = workflow
  const rest = JSON.stringify({ params, onFailure, timeoutS, budgetUsd })
  return `\n${lines.join('\n')}\nbroken: ${[...broken].join(' ')} ${rest}\n`
}

function forEachOf({ shape, upstreams: [first, second], count }: Draw, tasks: readonly Task[]): ForEach | undefined {
  const repeated = tasks.filter(({ forEach }) => forEach !== undefined).map(({ id }) => id)
  const plain = tasks.filter(({ forEach }) => forEach === undefined).map(({ id }) => id)
  const a = repeated[first % repeated.length]
  const b = repeated[second % repeated.length]
  switch (shape) {
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
    default:
      return undefined
  }
}

function chosen(picks: readonly number[], tasks: readonly Task[]): readonly string[] {
  return picks.flatMap((number) => tasks[number % tasks.length]?.id ?? [])
}

/** The lowest four bits, the lowest first. */
function bits(number: number): readonly boolean[] {
  return [0, 1, 2, 3].map((bit) => ((number >> bit) & 1) === 1)
}
