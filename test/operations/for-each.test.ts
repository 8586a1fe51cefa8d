import { expect, test } from 'vitest'
import type { Assignment } from '#contract/clone-api.ts'
import type { Json } from '#core/json.ts'
import { task, workflowOf } from '../builders/dag.ts'
import { rig, statesOf, taskIn } from '../builders/rig.ts'
import { from, leaves, numbers, over } from './drawn.ts'

/** `EACH_*` variables of every clone that started, by slot. */
function itemsSeen() {
  const seen: Record<string, Readonly<Record<string, Json>>> = {}
  const note = (assignment: Assignment): void => {
    const { task: id, attempt, clone } = assignment.slot
    const each = assignment.variables.filter(({ name }) => name.startsWith('EACH_'))
    seen[`${id}/${attempt}/${clone}`] = Object.fromEntries(
      each.map(({ name, value }) => [
        name,
        value.kind === 'text' ? value.text : value.kind === 'json' ? value.json : value.kind,
      ]),
    )
  }
  return { seen, note }
}

test('two lists make their product, the last key fastest', async () => {
  const { seen, note } = itemsSeen()
  const engine = rig((_, assignment) => {
    note(assignment)
    return { takesS: 1 }
  })

  const run = await engine.run(workflowOf([task('A', { forEach: over({ x: ['a', 'b'], y: [1, { z: 2 }, 3] }) })]))

  expect(run.counts.committed).toBe(6)
  expect(seen).toStrictEqual({
    'A[0]/1/0': { EACH_X: 'a', EACH_Y: '1' },
    'A[1]/1/0': { EACH_X: 'a', EACH_Y: { z: 2 } },
    'A[2]/1/0': { EACH_X: 'a', EACH_Y: '3' },
    'A[3]/1/0': { EACH_X: 'b', EACH_Y: '1' },
    'A[4]/1/0': { EACH_X: 'b', EACH_Y: { z: 2 } },
    'A[5]/1/0': { EACH_X: 'b', EACH_Y: '3' },
  })
})

test('zipped lists are paired', async () => {
  const { seen, note } = itemsSeen()
  const engine = rig((_, assignment) => {
    note(assignment)
    return { takesS: 1 }
  })

  await engine.run(workflowOf([task('A', { forEach: over({ x: ['a', 'b'], y: [1, 2] }, { zip: true }) })]))

  expect(seen).toStrictEqual({
    'A[0]/1/0': { EACH_X: 'a', EACH_Y: '1' },
    'A[1]/1/0': { EACH_X: 'b', EACH_Y: '2' },
  })
})

test('keys name instances, and those that follow element by element take them over', async () => {
  //  A[#7] ─▶ B[#7]
  //  A[x]  ─▶ B[x]
  const engine = rig(() => ({ takesS: 1, outputs: { out: 1 } }))

  const run = await engine.run(
    workflowOf([
      task('A', { forEach: over({ item: [{ id: 7 }, { id: 'x' }] }, { key: '/id' }), outputs: leaves('out') }),
      task('B', { forEach: over({ a: 'each A.out' }) }),
    ]),
  )

  expect(run.tasks?.map(({ id, key }) => [id, key])).toStrictEqual([
    ['A', null],
    ['A[0]', '7'],
    ['A[1]', 'x'],
    ['B', null],
    ['B[0]', '7'],
    ['B[1]', 'x'],
  ])
})

test('a gathering task sees all instances in order, with key, value, state and output', async () => {
  //  A[5] ─▶ B
  const values = [{ n: 'p' }, { n: 'q' }, { n: 'r' }, { n: 's' }, { n: 't' }]
  const gathered: unknown[] = []
  const engine = rig(({ task: id }, { variables }) => {
    for (const { name, value } of variables) if (id === 'B') gathered.push(name, value)
    // The last instance ends first.
    const index = Number(/\d+/.exec(id)?.[0] ?? 0)
    return { takesS: 10 - index, outputs: { out: index } }
  })

  await engine.run(
    workflowOf([
      task('A', { forEach: over({ item: values }, { key: '/n' }), outputs: leaves('out') }),
      task('B', { inputs: { parts: from('A.out') } }),
    ]),
  )

  expect(gathered).toStrictEqual([
    'INPUT_PARTS',
    {
      kind: 'gather',
      name: 'out.json',
      items: values.map((value, index) => ({
        index,
        key: value.n,
        value,
        state: 'committed',
        output: expect.objectContaining({
          type: 'json',
          bytes: 1,
          object: expect.stringContaining(`/A[${index}]/1/0/`),
        }),
      })),
    },
  ])
})

//  L ─▶ A ─▶ B[each] ─▶ C      D ─▶ E
const withList = workflowOf([
  task('L', { outputs: { list: { path: 'list.json', type: 'json', optional: true } } }),
  task('A', { forEach: over({ item: 'L.list' }, { key: '/id' }), outputs: leaves('out') }),
  task('B', { forEach: over({ a: 'each A.out' }), outputs: leaves('out') }),
  task('C', { inputs: { b: from('B.out') } }),
  task('D'),
  task('E', { needs: ['D'] }),
])

test.each([
  ['is no array', { list: { not: 'an array' } }, 'forEach item: L.list is not an array'],
  ['is no JSON', { list: new TextEncoder().encode('[1, 2') }, 'forEach item: L.list is not JSON'],
  ['was not written', {}, 'forEach item: L.list was not written'],
  ['is too long', { list: numbers(10_001) }, 'the lists make 10001 instances, the limit is 10000 (`instances`)'],
  [
    'has a key twice',
    { list: [{ id: 'a' }, { id: 'b' }, { id: 'a' }] },
    'the key `a` is that of instance 0 and of instance 2',
  ],
  ['has an item without its key', { list: [{}] }, 'instance 0: `key` `/id` leads to no text or number in `{}`'],
])(
  'a list that %s fails its task in words, skips what follows, and lets the rest finish',
  async (_, outputs, words) => {
    const engine = rig(({ task: id }) => ({ takesS: 5, outputs: id === 'L' ? outputs : {} }))

    const run = await engine.run(withList)

    expect(run).toMatchObject({ state: 'failed', counts: { committed: 3, failed: 1, skipped: 2, pending: 0 } })
    expect(run.error).toBe(`A: ${taskIn(run, 'A').error}`)
    expect(taskIn(run, 'A').error).toBe(words)
    expect(taskIn(run, 'B').error).toBe('A left no result')
    expect(statesOf(run)).toStrictEqual({
      L: 'committed',
      A: 'failed',
      B: 'skipped',
      C: 'skipped',
      D: 'committed',
      E: 'committed',
    })
  },
)

test('a parameter that is no array fails the task at once', async () => {
  const workflow = workflowOf([task('A', { forEach: over({ item: 'params.list' }) })], {
    params: { list: { type: 'string' } },
  })

  const run = await rig(() => ({ takesS: 1 })).run(workflow, { params: { list: 'a,b' } })

  expect(run).toMatchObject({ state: 'failed', error: 'A: forEach item: params.list is not an array' })
})

test('zipped lists of unequal length fail the task, with both lengths', async () => {
  const workflow = workflowOf([task('A', { forEach: over({ x: [1, 2], y: [1] }, { zip: true }) })])

  const run = await rig(() => ({ takesS: 1 })).run(workflow)

  expect(run).toMatchObject({ state: 'failed', counts: { failed: 1 } })
  expect(taskIn(run, 'A').error).toMatch(/same length, but .x. has 2, .y. has 1/)
})

test('a directory is no list', async () => {
  const workflow = workflowOf([
    task('L', { outputs: { list: { path: 'list/', type: 'directory', optional: false } } }),
    task('A', { forEach: over({ item: 'L.list' }) }),
  ])

  const run = await rig(() => ({ takesS: 1 })).run(workflow)

  expect(run.error).toBe('A: forEach item: L.list is a directory, not a JSON array')
})
