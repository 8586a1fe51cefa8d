import { seededRandom, type Random } from '#core/random.ts'

/** One task of a flow: what it reads, and how it behaves. Its output is a number made of its own and all that it reads. */
export interface Step {
  readonly id: string
  /** Tasks that come before it, whose results it reads in this order; of repeated ones, those of all instances. */
  readonly reads: readonly string[]
  /** `list`: an instance for each of three literals; else an instance for each of that task's. */
  readonly repeats: 'no' | 'list' | { readonly each: string }
  readonly clones: number
  /** Calls up a standby clone when the first one is slow, which it is. */
  readonly hedged: boolean
  /** Tries that fail before one succeeds. */
  readonly failures: number
  /** Whether its first try goes on for minutes, until somebody ends it. */
  readonly lingers?: boolean
}

/** A workflow that is run, and what must come of it. */
export interface Flow {
  readonly name: string
  readonly steps: readonly Step[]
}

/** How often the draw picks what. */
export interface Odds {
  readonly list: number
  readonly each: number
  readonly race: number
  readonly hedge: number
  readonly failure: number
}

const items = [7, 8, 9]
const modulus = 999_983

/** A flow of so many tasks, wholly given by its seed. */
export function randomFlow(name: string, seed: string, tasks: number, odds: Odds): Flow {
  const random = seededRandom(seed)
  const steps: Step[] = []
  for (let number = 0; number < tasks; number += 1) steps.push(drawn(random, number, steps, odds))
  return { name, steps }
}

function drawn(random: Random, number: number, before: readonly Step[], odds: Odds): Step {
  const below = (n: number): number => Math.floor(random.next() * n)
  const happens = (chance: number): boolean => random.next() < chance
  const repeated = before.filter(({ repeats }) => repeats !== 'no')
  const recent = before.slice(-12)
  const reads = new Set<string>()
  for (let count = below(4); count > 0 && recent.length > 0; count -= 1) reads.add(recent[below(recent.length)]!.id)
  const upstream = repeated[below(repeated.length)]
  const each = upstream !== undefined && happens(odds.each) ? { each: upstream.id } : undefined
  const hedged = happens(odds.hedge)
  return {
    id: `t${String(number).padStart(2, '0')}`,
    reads: [...reads].filter((id) => id !== each?.each),
    repeats: each ?? (happens(odds.list) ? 'list' : 'no'),
    clones: !hedged && happens(odds.race) ? 2 + below(2) : 1,
    hedged,
    failures: !hedged && happens(odds.failure) ? 1 + below(2) : 0,
  }
}

/** The workflow file, as JSON. */
export function textOf({ name, steps }: Flow): string {
  const repeated = new Set(steps.filter(({ repeats }) => repeats !== 'no').map(({ id }) => id))
  const tasks = Object.fromEntries(steps.map((step) => [step.id, taskOf(step, repeated)]))
  const outputs = Object.fromEntries(steps.map(({ id }) => [id, { from: `${id}.sum` }]))
  return JSON.stringify({ apiVersion: 'forkcast/v1', name, code: 'none', tasks, outputs })
}

function taskOf(step: Step, repeated: ReadonlySet<string>): object {
  const { reads, repeats, clones, hedged, failures } = step
  return {
    run: scriptOf(step, repeated),
    inputs: Object.fromEntries(reads.map((read) => [read, { from: `${read}.sum` }])),
    outputs: { sum: { path: 'sum.txt', type: 'text' } },
    resources: { vcpus: 0.25, memory: '16MiB' },
    clones,
    hedge: hedged ? { after: '20ms' } : 'off',
    retry: { limit: failures, backoff: '10ms' },
    ...(repeats === 'no' ? {} : { forEach: { item: repeats === 'list' ? items : { each: `${repeats.each}.sum` } } }),
  }
}

/** Built-ins of the shell alone, so that a task is one process. Each command says in the ledger that it runs. */
function scriptOf({ id, reads, repeats, hedged, failures, lingers }: Step, repeated: ReadonlySet<string>): string {
  const add = (value: string): string => `h=$(( (h * 31 + ${value}) % ${modulus} ))`
  const addFile = (path: string): string => `read -r x < ${path}; ${add('x')}`
  const lines = [
    'echo "$FORKCAST_RUN_ID $FORKCAST_TASK $FORKCAST_ATTEMPT $FORKCAST_CLONE" >> "$HOME/ledger"',
    `h=${seedOf(id)}`,
    ...(repeats === 'no' ? [] : [repeats === 'list' ? add('EACH_ITEM') : addFile('"$EACH_ITEM"')]),
    ...reads.map((read) => {
      const variable = `"$INPUT_${read.toUpperCase()}"`
      return repeated.has(read) ? `for f in ${variable}/[0-9]*; do ${addFile('"$f"')}; done` : addFile(variable)
    }),
    ...(hedged ? ['if [ "$FORKCAST_CLONE" = 0 ]; then sleep 0.15; fi'] : []),
    // A try that a killed engine lost is no failure, and spends none.
    ...(failures === 0 ? [] : [`if [ "$FORKCAST_ATTEMPT" -le ${failures} ]; then exit 3; fi`]),
    ...(lingers === true ? ['if [ "$FORKCAST_ATTEMPT" = 1 ]; then sleep 300; fi'] : []),
    'echo "$h" > "$OUTPUT_SUM"',
  ]
  return lines.join('\n')
}

/** What each output must hold, by its name in the run; worked out here alone. */
export function expectedOf({ steps }: Flow): ReadonlyMap<string, string> {
  const values = new Map<string, readonly number[]>()
  for (const { id, reads, repeats } of steps) {
    const firsts = firstValues(repeats, values)
    const rest = reads.flatMap((read) => values.get(read) ?? [])
    values.set(
      id,
      firsts.map((first) => [...first, ...rest].reduce((h, x) => (h * 31 + x) % modulus, seedOf(id))),
    )
  }
  return new Map(
    steps.flatMap(({ id, repeats }) =>
      values.get(id)!.map((value, index) => [repeats === 'no' ? id : `${id}[${index}]`, `${value}\n`] as const),
    ),
  )
}

function firstValues(repeats: Step['repeats'], values: ReadonlyMap<string, readonly number[]>): readonly number[][] {
  if (repeats === 'no') return [[]]
  return (repeats === 'list' ? items : (values.get(repeats.each) ?? [])).map((item) => [item])
}

function seedOf(id: string): number {
  return Number(id.slice(1)) + 1
}
