import { expect, test } from 'vitest'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { dag, task, workflowOf } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy } from '../builders/rig.ts'
import { from, leaves, numbers, over } from './drawn.ts'
import { unsteady } from './unsteady-store.ts'

const largePool = emulatedPool('hot', { ...roomy, tier: 'hot', vcpus: 200 })
const tenSeconds = () => ({ takesS: 10 })

test('A -> B -> C runs one after the other', async () => {
  const engine = rig(tenSeconds)

  const run = await engine.run(dag('A -> B -> C'))

  expect(run).toMatchObject({ state: 'succeeded', makespanS: 30, counts: { committed: 3 }, error: null })
  expect(engine.started).toStrictEqual(['A/1/0', 'B/1/0', 'C/1/0'])
})

test('A -> B, A -> C, B -> D, C -> D runs each task once, after its predecessors', async () => {
  //     ┌─▶ B ─┐
  //  A ─┤      ├─▶ D
  //     └─▶ C ─┘
  const engine = rig(tenSeconds)

  const run = await engine.run(dag('A -> B -> D, A -> C -> D'))

  expect(run).toMatchObject({ state: 'succeeded', makespanS: 30, counts: { committed: 4 } })
  expect(engine.started.toSorted()).toStrictEqual(['A/1/0', 'B/1/0', 'C/1/0', 'D/1/0'])
})

test('tasks with the same predecessors share one readiness record', async () => {
  //  A ─┬─▶ C
  //     ╳
  //  B ─┴─▶ D
  const engine = rig(tenSeconds)
  const run = await engine.submit(dag('A -> C, B -> C, A -> D, B -> D'))
  await engine.settle(run)

  const marked = (await engine.log(run)).filter(({ event }) => event.type === 'group.marked').map(({ id }) => id)

  expect(new Set(marked)).toStrictEqual(new Set(['start:A+B', 'end']))
})

test('300 tasks join in one, each counted once, in shards of at most 100', async () => {
  //  W0 … W299 ─▶ J
  const workers = numbers(300).map((n) => task(`W${n}`))
  const workflow = workflowOf([...workers, task('J', { needs: workers.map(({ id }) => id).toSorted() })])
  const engine = rig(tenSeconds)

  const run = await engine.submit(workflow)
  const document = await engine.finish(run, workflow)

  expect(document).toMatchObject({ state: 'succeeded', counts: { committed: 301 } })
  expect(engine.started).toHaveLength(301)
  const groups = (await engine.store.rows.list(run, 'group', { limit: 100 })).items
  expect(groups.every(({ value }) => value.size <= 100)).toBe(true)
  expect(groups.filter(({ id }) => id.startsWith('end/'))).toHaveLength(4)
})

test('120 tasks that end at one moment fill their shards, over a store whose answers are old when they are read', async () => {
  //  W0 … W119 ─▶ J
  const workers = numbers(120).map((n) => task(`W${n}`))
  const workflow = workflowOf([...workers, task('J', { needs: workers.map(({ id }) => id).toSorted() })])
  const together = Promise.withResolvers<void>()
  const engine = rig(
    async () => {
      await together.promise
      return { takesS: 0 }
    },
    { store: unsteady(new MemoryStore(), 'a'), quietTurns: 6, machine: { ...roomy, vcpus: 200 }, pools: [largePool] },
  )
  const run = await engine.submit(workflow)
  await engine.clock.advance(1_000)
  expect(engine.started).toHaveLength(120)

  together.resolve()

  expect((await engine.finish(run, workflow)).counts.committed).toBe(121)
})

const gathering = task('C', { inputs: { all: from('B.out') }, outputs: leaves('out') })

const overLiteral = (count: number): Workflow =>
  workflowOf([
    task('A', { outputs: leaves('out') }),
    task('B', { forEach: over({ n: numbers(count) }), inputs: { a: from('A.out') }, outputs: leaves('out') }),
    gathering,
  ])

const overParam = (): Workflow =>
  workflowOf(
    [task('A'), task('B', { needs: ['A'], forEach: over({ n: 'params.list' }), outputs: leaves('out') }), gathering],
    {
      params: { list: { type: 'array' } },
    },
  )

const overOutput = (): Workflow =>
  workflowOf([
    task('A', { outputs: leaves('list') }),
    task('B', { forEach: over({ n: 'A.list' }), outputs: leaves('out') }),
    gathering,
  ])

//  A ─▶ B[0] … B[n-1] ─▶ C
test.each([
  ['a literal list', 0, overLiteral],
  ['a literal list', 1, overLiteral],
  ['a literal list', 101, overLiteral],
  ['a parameter', 0, overParam],
  ['a parameter', 1, overParam],
  ['a parameter', 101, overParam],
  ['an output', 0, overOutput],
  ['an output', 1, overOutput],
  ['an output', 99, overOutput],
  ['an output', 100, overOutput],
  ['an output', 101, overOutput],
  ['an output', 250, overOutput],
])('1 → n → 1 over %s of %d: each instance once, all gathered in order', async (_, count, workflow) => {
  const gathered: unknown[] = []
  const engine = rig(({ task: id }, assignment) => {
    for (const { value } of assignment.variables) {
      if (id === 'C' && value.kind === 'gather') gathered.push(...value.items)
    }
    return { takesS: 10, outputs: { out: id, list: numbers(count) } }
  })

  const run = await engine.run(workflow(count), { params: { list: numbers(count) } })

  expect(run).toMatchObject({ state: 'succeeded', counts: { committed: 2 + Math.max(1, count) } })
  expect(engine.started).toHaveLength(2 + count)
  expect(gathered).toStrictEqual(
    numbers(count).map((n) => ({
      index: n,
      key: null,
      value: n,
      state: 'committed',
      output: expect.objectContaining({ type: 'json', object: expect.stringContaining(`/B[${n}]/1/0/`) }),
    })),
  )
})
