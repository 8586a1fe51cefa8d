import { describe, expect, test } from 'vitest'
import type { Task, Workflow } from '#core/workflow/workflow.ts'
import { dag, task, workflowOf } from '../builders/dag.ts'
import { rig, statesOf, taskIn, type Rig } from '../builders/rig.ts'
import { from, leaves, numbers, over } from './drawn.ts'
import { userError } from './story.ts'

/** A rig in which these tasks or instances fail after a second; all others take two. */
function failing(...broken: readonly string[]): Rig {
  return rig(({ task: id }) =>
    broken.includes(id) ? { takesS: 1, fails: userError(`${id} broke`) } : { takesS: 2, outputs: { out: 1, n: 7 } },
  )
}

const optional = (text: string): Task['inputs'][string] => ({ ...from(text), optional: true })

describe('what follows a task that failed', () => {
  test('is skipped, but for tasks that are `always` to run or need it only where it is there', async () => {
    //  A ✗ ─▶ B (needs its data)   ─▶ C
    //      ─▶ L (always)           ─▶ M
    //      ─▶ O (optional input)
    const workflow = dag('A -> L -> M, B -> C', {
      A: { outputs: leaves('out') },
      B: { inputs: { a: from('A.out') } },
      L: { always: true },
    })
    const withOptional = workflowOf([...workflow.tasks, task('O', { inputs: { a: optional('A.out') } })])

    const run = await failing('A').run(withOptional)

    expect(run.state).toBe('failed')
    expect(statesOf(run)).toStrictEqual({
      A: 'failed',
      B: 'skipped',
      C: 'skipped',
      L: 'committed',
      M: 'committed',
      O: 'committed',
    })
  })

  test('goes on when the failure is allowed, unless it needs the data', async () => {
    //  A ✗ (allowed) ─▶ N (order)      A ─▶ D (data) ─▶ E
    const workflow = dag('A -> N, D -> E', {
      A: { allowFailure: true, outputs: leaves('out') },
      D: { inputs: { a: from('A.out') } },
    })

    const run = await failing('A').run(workflow)

    expect(run).toMatchObject({ state: 'succeeded', error: null })
    expect(statesOf(run)).toStrictEqual({ A: 'failed', N: 'committed', D: 'skipped', E: 'committed' })
    expect(taskIn(run, 'D').error).toBe('A left no result')
  })

  test('an `always` task with a list needs no more than that the list is known', async () => {
    //  L[0] ─▶ E[0] (always)     L as a whole ✗ ─▶ E, for order
    //  L[1] ✗  E[1]
    const workflow = dag('L -> E', {
      L: { forEach: over({ n: numbers(2) }), outputs: leaves('out') },
      E: { forEach: over({ l: 'each L.out' }), always: true },
    })

    const run = await failing('L[1]').run(workflow)

    expect(statesOf(run)).toMatchObject({ L: 'failed', 'E[0]': 'committed', 'E[1]': 'committed', E: 'committed' })
  })

  test('a variable of an `always` task is absent when its input is', async () => {
    const given: string[][] = []
    const engine = rig((slot, { variables }) => {
      if (slot.task === 'L') given.push(variables.map(({ name }) => name))
      return slot.task === 'A' ? { takesS: 1, fails: userError() } : { takesS: 1 }
    })
    const workflow = workflowOf([
      task('A', { outputs: leaves('out') }),
      task('L', { always: true, inputs: { a: from('A.out'), b: { kind: 'value', value: 1, optional: false } } }),
    ])

    const run = await engine.run(workflow)

    expect(statesOf(run)).toStrictEqual({ A: 'failed', L: 'committed' })
    expect(given).toStrictEqual([['INPUT_B']])
  })
})

describe('instances that fail', () => {
  const some = (tolerate: Task['tolerate']): Workflow =>
    workflowOf([
      task('A', { forEach: over({ n: numbers(10) }), outputs: leaves('out'), tolerate }),
      task('B', { forEach: over({ a: 'each A.out' }) }),
      task('Z', { inputs: { all: from('A.out') }, needs: ['B'] }),
    ])

  test.each([
    ['are no failure as far as they are tolerated', { kind: 'share', percent: 20 }, 'succeeded', 'committed'],
    ['are one beyond that', { kind: 'count', count: 1 }, 'failed', 'failed'],
    ['are one when none is tolerated', { kind: 'count', count: 0 }, 'failed', 'failed'],
  ] as const)('%s', async (_, tolerate, state, expansion) => {
    const run = await failing('A[3]', 'A[7]').run(some(tolerate))

    expect(run.state).toBe(state)
    const states = statesOf(run)
    // Who follows them one by one is skipped there, and fails only if they do.
    expect([states['B[3]'], states['B[7]'], states['B[4]']]).toStrictEqual(['skipped', 'skipped', 'committed'])
    expect([states['A'], states['B'], states['Z']]).toStrictEqual([
      expansion,
      expansion,
      state === 'succeeded' ? 'committed' : 'skipped',
    ])
  })

  test('are gathered with their state, and no output', async () => {
    const gathered: unknown[] = []
    const engine = rig((slot, { variables }) => {
      if (slot.task === 'Z') gathered.push(...variables)
      return slot.task === 'A[1]' ? { takesS: 1, fails: userError() } : { takesS: 1, outputs: { out: 1 } }
    })
    const workflow = workflowOf([
      task('A', { forEach: over({ n: numbers(2) }), outputs: leaves('out'), tolerate: { kind: 'count', count: 1 } }),
      task('Z', { inputs: { all: from('A.out') } }),
    ])

    const run = await engine.run(workflow)

    expect(run.state).toBe('succeeded')
    expect(gathered).toMatchObject([
      {
        name: 'INPUT_ALL',
        value: {
          kind: 'gather',
          items: [
            { index: 0, state: 'committed' },
            { index: 1, state: 'failed', output: null },
          ],
        },
      },
    ])
  })
})

describe('a condition', () => {
  const when = (is: 'gt' | 'eq', right: number): Task['when'] => ({
    kind: 'compare',
    left: { kind: 'output', from: { task: 'A', output: 'n' } },
    is,
    right,
  })

  test('that holds lets its task run; one that does not skips it, which is no failure', async () => {
    //  A ─▶ Y (7 > 5)      A ─▶ N (7 = 5) ─▶ P (order)      N ─▶ D (data)
    const workflow = workflowOf([
      task('A', { outputs: leaves('out', 'n') }),
      task('Y', { when: when('gt', 5) as NonNullable<Task['when']> }),
      task('N', { when: when('eq', 5) as NonNullable<Task['when']>, outputs: leaves('out') }),
      task('P', { needs: ['N'] }),
      task('D', { inputs: { n: from('N.out') } }),
    ])

    const run = await failing().run(workflow)

    expect(run.state).toBe('succeeded')
    expect(statesOf(run)).toStrictEqual({ A: 'committed', Y: 'committed', N: 'skipped', P: 'committed', D: 'skipped' })
    expect(taskIn(run, 'N').error).toBe('its condition does not hold: A.n is 7')
  })

  test('over an output that is not there does not hold', async () => {
    const workflow = workflowOf([
      task('A', { outputs: leaves('n'), allowFailure: true }),
      task('Y', { when: when('gt', 5) as NonNullable<Task['when']> }),
    ])

    const run = await failing('A').run(workflow)

    expect(run.state).toBe('succeeded')
    expect(taskIn(run, 'Y')).toMatchObject({ state: 'skipped', error: 'its condition does not hold: A.n is not there' })
  })
})

describe('a run that stops at a failure', () => {
  test('cancels what runs, skips what is to come, runs what is `always` to run, and fails', async () => {
    //  A ✗        S (60 s) ─▶ T      A, S ─▶ L (always)
    const engine = rig(({ task: id }) =>
      id === 'A' ? { takesS: 1, fails: userError('boom') } : { takesS: id === 'S' ? 60 : 2 },
    )
    const stops: Workflow = { ...dag('A -> L, S -> T, S -> L', { L: { always: true } }), onFailure: 'stop' }

    const run = await engine.run(stops)

    expect(run).toMatchObject({
      state: 'failed',
      makespanS: 3,
      error: 'A failed, and failures stop this run\nA: user-error: boom',
    })
    expect(statesOf(run)).toStrictEqual({ A: 'failed', S: 'cancelled', T: 'skipped', L: 'committed' })
  })

  test('goes on after a failure that is allowed', async () => {
    const workflow: Workflow = { ...dag('A, B -> C', { A: { allowFailure: true } }), onFailure: 'stop' }
    const run = await failing('A').run(workflow)
    expect(run.state).toBe('succeeded')
  })

  test('that takes longer than its timeout stops likewise', async () => {
    const engine = rig(({ task: id }) => ({ takesS: id === 'L' ? 2 : 50 }))
    const workflow: Workflow = { ...dag('A -> B -> L', { L: { always: true } }), timeoutS: 70 }

    const run = await engine.run(workflow)

    expect(run).toMatchObject({ state: 'failed', makespanS: 72, error: 'the run has taken longer than 70 s' })
    expect(statesOf(run)).toStrictEqual({ A: 'committed', B: 'cancelled', L: 'committed' })
  })
})
