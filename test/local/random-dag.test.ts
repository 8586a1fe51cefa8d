import { expect, test } from 'vitest'
import { seededRandom, type Random } from '#core/random.ts'
import type { Hedge, Input, Task, Workflow } from '#core/workflow/workflow.ts'
import { cksum } from '../builders/cksum.ts'
import { task, workflowOf } from '../builders/dag.ts'
import { machine } from '../builders/machine.ts'

const tasks = 150
const lists = 8

test(
  'a random DAG of 150 tasks with clones, hedges and reclaims leaves what each task alone computes',
  { timeout: 60_000 },
  async () => {
    await using engine = machine()
    const workflow = randomDag(seededRandom('150 tasks'))
    const expected = expectedOutputs(workflow)

    const run = await engine.run(workflow)

    expect(run.state).toBe('succeeded')
    expect(run.counts.committed).toBeGreaterThanOrEqual(tasks)
    const outputs = await engine.control.outputs(run.id)
    expect(outputs.ok && Object.keys(outputs.value)).toHaveLength(expected.size)
    for (const [name, value] of expected) expect([name, await engine.output(run.id, name)]).toStrictEqual([name, value])
    const slots = (run.tasks ?? []).flatMap(({ attempts }) => attempts).flatMap((attempt) => attempt.slots)
    expect(slots.filter((slot) => slot.state === 'lost').length).toBeGreaterThan(0)
    expect(slots.filter((slot) => slot.cause === 'reclaimed')).toHaveLength(1)
    expect(slots.filter((slot) => slot.why?.startsWith('hedge')).length).toBeGreaterThan(0)
  },
)

/**
 * Tasks `t0` … each with up to three earlier ones as inputs; some are lists of three items, which later ones gather.
 * A task's output is the checksum of its name, its item and all that it reads, in order.
 */
function randomDag(random: Random): Workflow {
  const below = (n: number): number => Math.floor(random.next() * n)
  const made: Task[] = []
  for (let number = 0; number < tasks; number += 1) {
    const id = `t${number}`
    const inputs: Record<string, Input> = {}
    for (let count = below(4); count > 0 && number > 0; count -= 1) {
      const from = below(number)
      inputs[`i${from}`] = { kind: 'output', from: { task: `t${from}`, output: 'sum' }, optional: false }
    }
    const repeated = number % Math.floor(tasks / lists) === 3
    made.push(
      task(id, {
        run: { kind: 'shell', script: scriptOf(id, inputs, made, repeated, below(20) === 0) },
        inputs,
        outputs: { sum: { path: 'sum.txt', type: 'text', optional: false } },
        resources: { vcpus: 0.25, memoryMiB: 16, gpus: 0 },
        clones: [1, 1, 1, 2, 3, 'auto' as const][below(6)] ?? 1,
        hedge: hedges[below(hedges.length)] ?? { kind: 'off' },
        pool: below(8) === 0 ? { purchase: 'spot' } : {},
        ...(repeated ? { forEach: { keys: [{ name: 'item', source: items }], zip: false } } : {}),
      }),
    )
  }
  const outputs = Object.fromEntries(made.map(({ id }) => [id, { task: id, output: 'sum' }]))
  return workflowOf(made, { outputs })
}

const items = { kind: 'literal', items: ['x', 'y', 'z'] } as const
const hedges: readonly Hedge[] = [{ kind: 'off' }, { kind: 'auto' }, { kind: 'after', seconds: 0.02 }]

/** `slow`: the first clone of the first attempt waits, so that a clone or a hedge overtakes it. */
function scriptOf(
  id: string,
  inputs: Readonly<Record<string, Input>>,
  made: readonly Task[],
  repeated: boolean,
  slow: boolean,
): string {
  const reads = Object.keys(inputs).map((name) => {
    const variable = `INPUT_${name.toUpperCase()}`
    const upstream = made[Number(name.slice(1))]
    return upstream?.forEach === undefined
      ? `cat "$${variable}"`
      : `cat "$${variable}"/0-* "$${variable}"/1-* "$${variable}"/2-*`
  })
  const wait = slow ? 'if [ "$FORKCAST_CLONE" = 0 ] && [ "$FORKCAST_ATTEMPT" = 1 ]; then sleep 0.4; fi; ' : ''
  const item = repeated ? '$EACH_ITEM' : ''
  return `${wait}{ printf '%s' "${id}${item}"; ${reads.join('; ')}${reads.length > 0 ? ';' : ''} } | cksum | cut -d ' ' -f 1 | tr -d '\\n' > "$OUTPUT_SUM"`
}

/** What each output must be, by its name in the run: computed here alone, task by task. */
function expectedOutputs(workflow: Workflow): ReadonlyMap<string, string> {
  const values = new Map<string, readonly string[]>()
  const byNumber = workflow.tasks.toSorted((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))
  for (const { id, inputs, forEach } of byNumber) {
    const read = Object.keys(inputs)
      .map((name) => (values.get(`t${name.slice(1)}`) ?? []).join(''))
      .join('')
    const names = forEach === undefined ? [''] : ['x', 'y', 'z']
    values.set(
      id,
      names.map((name) => String(cksum(`${id}${name}${read}`))),
    )
  }
  const named = [...values].flatMap(([id, list]) =>
    list.map((value, index) => [list.length === 1 ? id : `${id}[${index}]`, value] as const),
  )
  return new Map(named)
}
