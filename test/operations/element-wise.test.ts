import { describe, expect, test } from 'vitest'
import type { Assignment } from '#contract/clone-api.ts'
import type { SlotRef } from '#core/run/ids.ts'
import { dag, task, workflowOf } from '../builders/dag.ts'
import { rig, statesOf, taskIn } from '../builders/rig.ts'
import { leaves, numbers, over } from './drawn.ts'

/** The objects that a clone reads, by variable. */
function objectsOf({ variables }: Assignment): readonly string[] {
  return variables.flatMap(({ value }) =>
    value.kind === 'output' && value.output.type !== 'directory' ? [value.output.object] : [],
  )
}

const indexOf = (slot: SlotRef): number => Number(/\d+/.exec(slot.task)?.[0] ?? 0)

test('a chain of element-wise tasks runs each element on its own, with no barrier between', async () => {
  //  A[0] ─▶ B[0] ─▶ C[0]
  //  A[1] ─▶ B[1] ─▶ C[1]
  //  A[2] ─▶ B[2] ─▶ C[2]
  const workflow = dag('A, B, C', {
    A: { forEach: over({ n: numbers(3) }), outputs: leaves('out') },
    B: { forEach: over({ a: 'each A.out' }), outputs: leaves('out') },
    C: { forEach: over({ b: 'each B.out' }) },
  })
  const reads: Record<string, readonly string[]> = {}
  const engine = rig((slot, assignment) => {
    reads[slot.task] = objectsOf(assignment)
    return { takesS: indexOf(slot) === 1 ? 100 : 1 }
  })

  const run = await engine.run(workflow)

  expect(run).toMatchObject({ state: 'succeeded', makespanS: 300, counts: { committed: 9 } })
  // The slow element holds up nobody else's.
  expect(engine.started.slice(-2)).toStrictEqual(['B[1]/1/0', 'C[1]/1/0'])
  for (const n of numbers(3)) {
    expect(reads[`C[${n}]`]).toStrictEqual([expect.stringContaining(`/B[${n}]/1/0/`)])
  }
})

test('two upstreams are zipped: an element starts when both of its elements are there', async () => {
  //  A[i] ─┐
  //        ├─▶ C[i]
  //  B[i] ─┘
  const workflow = dag('A, B, C', {
    A: { forEach: over({ n: numbers(2) }), outputs: leaves('out') },
    B: { forEach: over({ n: numbers(2) }), outputs: leaves('out') },
    C: { forEach: over({ a: 'each A.out', b: 'each B.out' }, { zip: true }) },
  })
  const takes: Readonly<Record<string, number>> = { 'A[0]': 10, 'B[0]': 30, 'A[1]': 50, 'B[1]': 20 }
  const engine = rig((slot) => ({ takesS: takes[slot.task] ?? 5 }))

  const run = await engine.submit(workflow)
  await engine.finish(run, workflow)

  const readyS = Object.fromEntries(
    (await engine.log(run)).flatMap(({ id, event }) =>
      event.type === 'task.ready' ? [[id, (event.atMs - 1_700_000_000_000) / 1000]] : [],
    ),
  )
  expect(readyS).toMatchObject({ 'C[0]': 30, 'C[1]': 50 })
})

test('an element-wise task over lists of unequal length fails, with both lengths', async () => {
  const workflow = dag('A, B, C', {
    A: { forEach: over({ n: numbers(2) }), outputs: leaves('out') },
    B: { forEach: over({ n: numbers(3) }), outputs: leaves('out') },
    C: { forEach: over({ a: 'each A.out', b: 'each B.out' }, { zip: true }) },
  })

  const run = await rig(() => ({ takesS: 5 })).run(workflow)

  expect(run).toMatchObject({ state: 'failed', counts: { committed: 5, failed: 1 } })
  expect(taskIn(run, 'C').error).toMatch(/has 2, .* has 3/)
})

describe('an element-wise task that also waits for a whole task', () => {
  //  A[i] ─▶ C[i]
  //  W ──────▲
  const workflow = dag('A, W -> C', {
    A: { forEach: over({ n: numbers(3) }), outputs: leaves('out') },
    C: { forEach: over({ a: 'each A.out' }) },
  })

  test.each([
    ['the elements are there first', { A: 1, W: 60 }, 65],
    ['the whole task is there first', { A: 60, W: 1 }, 65],
    ['all come at the same moment', { A: 20, W: 20 }, 25],
  ])('starts when it has both: %s', async (_, takes: Readonly<Record<string, number>>, makespanS) => {
    const engine = rig((slot) => ({ takesS: takes[slot.task.slice(0, 1)] ?? 5 }))

    const run = await engine.run(workflow)

    expect(run).toMatchObject({ state: 'succeeded', makespanS, counts: { committed: 7 } })
  })

  test.each([
    ['before', 1],
    ['after', 60],
  ])('is skipped when that one fails %s the elements are there', async (_, takesS) => {
    const failure = { cause: 'user-error', confidence: 'certain', exitCode: 1, signal: null, evidence: 'no' } as const
    const engine = rig((slot) => (slot.task === 'W' ? { takesS, fails: failure } : { takesS: 20 }))

    const run = await engine.run(workflow)

    expect(statesOf(run)).toStrictEqual({
      A: 'committed',
      'A[0]': 'committed',
      'A[1]': 'committed',
      'A[2]': 'committed',
      C: 'skipped',
      W: 'failed',
    })
  })
})

test('an element that fails skips its own followers only, and the rest of its row finishes', async () => {
  //  A[0] ─▶ B[0] ─▶ C[0]
  //  A[1] ✗  B[1]    C[1]
  //  A[2] ─▶ B[2] ─▶ C[2]      B ─▶ D
  const workflow = dag('A, B -> D, C', {
    A: { forEach: over({ n: numbers(3) }), outputs: leaves('out') },
    B: { forEach: over({ a: 'each A.out' }), outputs: leaves('out') },
    C: { forEach: over({ b: 'each B.out' }) },
  })
  const failure = { cause: 'user-error', confidence: 'certain', exitCode: 3, signal: null, evidence: 'no' } as const
  const engine = rig((slot) => (slot.task === 'A[1]' ? { takesS: 5, fails: failure } : { takesS: 5 }))

  const run = await engine.run(workflow)

  expect(run).toMatchObject({ state: 'failed', error: 'A[1]: user-error: no' })
  expect(statesOf(run)).toStrictEqual({
    A: 'failed',
    'A[0]': 'committed',
    'A[1]': 'failed',
    'A[2]': 'committed',
    B: 'failed',
    'B[0]': 'committed',
    'B[1]': 'skipped',
    'B[2]': 'committed',
    C: 'failed',
    'C[0]': 'committed',
    'C[1]': 'skipped',
    'C[2]': 'committed',
    D: 'skipped',
  })
  expect(taskIn(run, 'B[1]').error).toBe('A[1] left no result')
  expect(taskIn(run, 'C').error).toBe('B left no result')
  expect(taskIn(run, 'D').error).toBe('B left no result')
})

test('a failed instance among more than 100 is named by itself, not by the shard that counted it', async () => {
  //  A[150] ─▶ B
  const workflow = workflowOf([
    task('A', { forEach: over({ n: numbers(150) }), outputs: leaves('out') }),
    task('B', { needs: ['A'] }),
  ])
  const failure = { cause: 'user-error', confidence: 'certain', exitCode: 3, signal: null, evidence: 'no' } as const
  const engine = rig((slot) => (indexOf(slot) % 70 === 69 ? { takesS: 5, fails: failure } : { takesS: 5 }))

  const run = await engine.run(workflow)

  expect(taskIn(run, 'A').error).toBe('A[69], A[139] left no result')
  expect(run.counts).toMatchObject({ committed: 148, failed: 2, skipped: 1 })
})

test('a task that needs more than 100 others says which of them failed', async () => {
  //  W0 … W119 ─▶ J
  const workers = numbers(120).map((n) => task(`W${String(n).padStart(3, '0')}`))
  const workflow = workflowOf([...workers, task('J', { needs: workers.map(({ id }) => id) })])
  const failure = { cause: 'user-error', confidence: 'certain', exitCode: 3, signal: null, evidence: 'no' } as const
  const engine = rig((slot) => (slot.task === 'W110' ? { takesS: 5, fails: failure } : { takesS: 5 }))

  const run = await engine.run(workflow)

  expect(taskIn(run, 'J').error).toBe('W110 left no result')
})

test('an element-wise task over no elements is committed, and so is what follows it', async () => {
  //  A[0 items] ─▶ B[each] ─▶ C
  const workflow = dag('A, B -> C', {
    A: { forEach: over({ n: [] }), outputs: leaves('out') },
    B: { forEach: over({ a: 'each A.out' }) },
  })

  const run = await rig(() => ({ takesS: 5 })).run(workflow)

  expect(statesOf(run)).toStrictEqual({ A: 'committed', B: 'committed', C: 'committed' })
})
