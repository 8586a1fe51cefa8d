import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { interpretedExecutions } from '#adapters/local/interpreted-executions.ts'
import { frontierSize } from '#contract/state-machine.ts'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import { launch } from '#operations/launch.ts'
import type { Ports } from '#operations/ports.ts'
import { settle } from '#operations/settle.ts'
import { executionName, startExecutions } from '#operations/start-executions.ts'
import { sweep } from '#operations/sweep.ts'
import type { FrontierInput } from '#ports/executions.ts'
import { dag, task, workflowOf } from '../builders/dag.ts'
import { runId } from '../builders/emulation.ts'
import { rig, slotRef, type Rig } from '../builders/rig.ts'
import { leaves, numbers, over } from './drawn.ts'
import { userError } from './story.ts'

const oneVcpu = { vcpus: 1, memoryMiB: 1000, gpus: 0 }
const two = workflowOf([task('A'), task('B')])

/** The engine's ports, with every answer and start noted. */
function noting({ engine }: Rig) {
  const answers: (readonly [string, string])[] = []
  const starts: FrontierInput[] = []
  const { executions } = engine.ports
  const ports: Ports = {
    ...engine.ports,
    executions: {
      start: async (name, input) => {
        starts.push(input)
        return executions.start(name, input)
      },
      answer: async (token, output) => {
        answers.push([token, output.outcome])
        return executions.answer(token, output)
      },
    },
  }
  return { ports, answers, starts }
}

async function turns(count: number): Promise<void> {
  for (let turned = 0; turned < count; turned += 1) await turn()
}

/** A is at work, B waits for a place. */
async function oneWaits(): Promise<{ engine: Rig; run: RunId }> {
  const engine = rig(() => ({ takesS: 10 }), { machine: oneVcpu })
  const run = await engine.submit(two)
  await engine.clock.advance(1_000)
  return { engine, run }
}

describe('a launch', () => {
  test('that is retried replaces the token, and the wait of the old one ends', async () => {
    const { engine, run } = await oneWaits()
    const { ports, answers } = noting(engine)
    const old = (await engine.slot(run, 'B/1/0')).token

    await launch(ports, slotRef(run, 'B/1/0'), 'new')

    expect((await engine.slot(run, 'B/1/0')).token).toBe('new')
    expect(answers).toStrictEqual([[old, 'launched again']])
    expect(await engine.engine.ports.executions.answer(old ?? '', { outcome: 'late' })).toBe('spent')
    const document = await engine.finish(run, two)
    expect(document.state).toBe('succeeded')
    expect(engine.started).toStrictEqual(['A/1/0', 'B/1/0'])
  })

  test('that dies while it replaces the token has ended the wait of the old one', async () => {
    const { engine, run } = await oneWaits()
    const { ports, answers } = noting(engine)
    const old = (await engine.slot(run, 'B/1/0')).token
    const commit = () => Promise.reject(new Error('died'))
    const dying = {
      ...ports,
      store: {
        ...ports.store,
        rows: { ...ports.store.rows, get: ports.store.rows.get.bind(ports.store.rows), commit },
      },
    }

    await expect(launch(dying as typeof ports, slotRef(run, 'B/1/0'), 'new')).rejects.toThrow('died')

    expect(answers).toStrictEqual([[old, 'launched again']])
  })

  test('with the token that the slot has writes nothing', async () => {
    const { engine, run } = await oneWaits()
    const { ports, answers } = noting(engine)
    const before = (await engine.log(run)).length

    await launch(ports, slotRef(run, 'B/1/0'), (await engine.slot(run, 'B/1/0')).token ?? '')

    expect(await engine.log(run)).toHaveLength(before)
    expect(answers).toStrictEqual([])
  })

  test('of a slot that has its place, or has ended, is answered at once', async () => {
    const { engine, run } = await oneWaits()
    const { ports, answers } = noting(engine)

    await launch(ports, slotRef(run, 'A/1/0'), 'again')
    await engine.finish(run, two)
    await launch(ports, slotRef(run, 'A/1/0'), 'much later')

    expect(answers).toStrictEqual([
      ['again', 'running'],
      ['much later', 'won'],
    ])
    expect(engine.started).toStrictEqual(['A/1/0', 'B/1/0'])
  })

  test('of a slot without a row is an error: rows are there before their execution', async () => {
    const { engine, run } = await oneWaits()

    await expect(launch(engine.engine.ports, slotRef(run, 'Z/1/0'), 'token')).rejects.toThrow('slot Z/1/0 has no row')
  })
})

describe('settle, said three times more,', () => {
  //  A, two clones ─▶ B[3] ─▶ C      F ✗, retried once ─▶ G
  const workflow = dag('A, B -> C, F -> G', {
    A: { clones: 2, outputs: leaves('list') },
    B: { forEach: over({ n: 'A.list' }) },
    F: { retry: { limit: 1, backoffS: 5 } },
  })
  const script = ({ task: id, clone }: { readonly task: string; readonly clone: number }) => ({
    takesS: 10 + clone,
    outputs: { list: [1, 2, 3] },
    ...(id === 'F' ? { fails: userError() } : {}),
  })

  test.each([1, 11_000, 16_000, 21_000, 30_000])('changes nothing, %d ms into the run', async (atMs) => {
    const engine = rig(script)
    const run = await engine.submit(workflow)
    await engine.clock.advance(atMs)
    const attempts = (await engine.store.rows.list(run, 'task', { limit: 100 })).items.flatMap(({ id, value }) =>
      value.attempts.map(({ number }) => ({ run, task: id, attempt: number })),
    )
    const before = (await engine.log(run)).length

    for (let times = 0; times < 3; times += 1) {
      for (const attempt of attempts) await settle(engine.engine.ports, attempt)
    }

    expect(attempts.length).toBeGreaterThan(1)
    expect(await engine.log(run)).toHaveLength(before)
    expect((await engine.finish(run, workflow)).counts).toMatchObject({ committed: 5, failed: 1, skipped: 1 })
  })

  test('of a task without a row, or an attempt that is yet to come, changes nothing', async () => {
    const engine = rig(script)
    const run = await engine.submit(workflow)
    const before = (await engine.log(run)).length

    await settle(engine.engine.ports, { run, task: 'C', attempt: 1 })
    await settle(engine.engine.ports, { run, task: 'A', attempt: 2 })

    expect(await engine.log(run)).toHaveLength(before)
    await engine.finish(run, workflow)
  })
})

describe('a sweep', () => {
  test('of a run where nothing is missing starts nothing that is at work or waits already', async () => {
    const { engine, run } = await oneWaits()
    const { ports, answers } = noting(engine)
    const before = (await engine.log(run)).length

    await sweep(ports, run)
    await engine.clock.advance(0)

    expect(await engine.log(run)).toHaveLength(before)
    expect(answers).toStrictEqual([])
    expect((await engine.finish(run, two)).state).toBe('succeeded')
    expect(engine.started).toStrictEqual(['A/1/0', 'B/1/0'])
  })

  test('launches what an execution that failed has left, in the same engine', async () => {
    //  The first two launches of B throw, in the first execution and in that of the first sweep.
    const workflow = workflowOf([task('B')])
    const engine = rig(() => ({ takesS: 10 }))
    const { rows } = engine.engine.ports.store
    const commit = rows.commit.bind(rows)
    let refusals = 2
    rows.commit = async (run, changes, checks) => {
      if (refusals > 0 && changes.some(({ events }) => events[0]?.type === 'slot.launched')) {
        refusals -= 1
        throw new Error('the store refuses')
      }
      return commit(run, changes, checks)
    }
    const run = await engine.submit(workflow)
    await engine.clock.advance(1_000)
    expect((await engine.slot(run, 'B/1/0')).token).toBeNull()

    await sweep(engine.engine.ports, run)
    await engine.clock.advance(1_000)
    expect((await engine.slot(run, 'B/1/0')).token).toBeNull()
    await sweep(engine.engine.ports, run)
    await engine.clock.advance(60_000)

    expect((await engine.document(run)).state).toBe('succeeded')
    expect(engine.started).toStrictEqual(['B/1/0'])
  })

  test('of a run that has ended does nothing', async () => {
    const engine = rig(() => ({ takesS: 10 }))
    const run = await engine.submit(two)
    await engine.finish(run, two)
    const before = (await engine.log(run)).length

    await sweep(engine.engine.ports, run)

    expect(await engine.log(run)).toHaveLength(before)
  })
})

describe('executions', () => {
  test('hold no wait for a launch that threw', async () => {
    const tokens: string[] = []
    const faults: unknown[] = []
    const executions = interpretedExecutions({ token: () => `token ${tokens.length}` }, (fault) => faults.push(fault))
    executions.connect({
      launch: async ({ token }) => {
        tokens.push(token)
        throw new Error('no row')
      },
      settle: () => Promise.resolve(),
    })

    await executions.start('one', { run: 'run_00000001', tasks: [{ task: 'A', attempt: 1, clones: [0] }] })
    await turns(20)

    expect(tokens).toStrictEqual(['token 0'])
    expect(faults).toMatchObject([{ message: 'no row' }])
    expect(await executions.answer('token 0', { outcome: 'won' })).toBe('spent')
  })

  test('take at most 40 clones each, those of a task together', async () => {
    const starts: FrontierInput[] = []
    const start = async (_: string, input: FrontierInput) => {
      starts.push(input)
      return 'started' as const
    }
    const executions = { start, answer: async () => 'spent' as const }
    const clones = [0, 1, 2]

    await startExecutions(
      { executions },
      runId(),
      numbers(30).map((index) => ({ task: `A[${index}]`, attempt: 1, clones })),
    )

    expect(starts.map(({ tasks }) => tasks.length)).toStrictEqual([13, 13, 4])
    expect(starts.flatMap(({ tasks }) => tasks).every((one) => one.clones.length === 3)).toBe(true)
  })

  test('take at most 40 tasks each', async () => {
    const workflow = workflowOf([task('A', { outputs: leaves('list') }), task('B', { forEach: over({ n: 'A.list' }) })])
    const engine = rig(({ task: id }) => ({ takesS: id === 'A' ? 1 : 10, outputs: { list: numbers(95) } }))
    const { executions } = engine.engine.ports
    const sizes: number[] = []
    const start = executions.start.bind(executions)
    executions.start = async (name, input) => {
      sizes.push(input.tasks.length)
      return start(name, input)
    }

    await engine.run(workflow)

    expect(sizes).toStrictEqual([1, frontierSize, frontierSize, 15])
  })

  test('have names of at most 80 characters for the longest run id, that differ by what they start', () => {
    const run = parseRunId(`run_${'z'.repeat(40)}`)
    if (run === undefined) throw new Error('not a run id')
    const input = (clones: readonly number[]): FrontierInput => ({
      run,
      tasks: numbers(40).map((n) => ({ task: `${'t'.repeat(64)}[${9_000 + n}]`, attempt: 11, clones })),
    })

    const name = executionName(input([0, 1]))

    expect(name).toMatch(/^[0-9A-Za-z_-]{1,80}$/)
    expect(executionName(input([0, 1]))).toBe(name)
    expect(executionName(input([1]))).not.toBe(name)
  })
})
