import { describe, expect, test } from 'vitest'
import { watch } from '#operations/watch.ts'
import { dag } from '../builders/dag.ts'
import { rig, taskIn } from '../builders/rig.ts'
import { leaves } from './drawn.ts'

const one = dag('A -> B', { A: { outputs: leaves('out') } })

describe('a lease', () => {
  test('is renewed as long as its clone works', async () => {
    const engine = rig(() => ({ takesS: 600, outputs: { out: 1 } }))
    const run = await engine.submit(one)

    const document = await engine.finish(run, one)

    expect(document.state).toBe('succeeded')
    expect(engine.started).toStrictEqual(['A/1/0', 'B/1/0'])
    const renewals = (await engine.log(run)).filter(({ event, id }) => event.type === 'slot.renewed' && id === 'A/1/0')
    expect(renewals).toHaveLength(14)
  })

  test('that is not renewed is lost: the clone is fenced, its work refused, and the task tried again', async () => {
    const engine = rig(({ attempt }) => ({
      takesS: 400,
      stuck: attempt === 1,
      deaf: attempt === 1,
      outputs: { out: attempt },
    }))
    const run = await engine.submit(one)

    const document = await engine.finish(run, one)

    expect(document.state).toBe('succeeded')
    expect(taskIn(document, 'A').attempts).toMatchObject([
      { state: 'failed', cause: 'host-lost', slots: [{ state: 'fenced' }] },
      { state: 'committed' },
    ])
    expect(await engine.output(run, 'A', 'out')).toBe(2)
  })
})

test('a clone that outlives its limit by far is ended, though its agent does nothing about it', async () => {
  const limited = dag('A', { A: { timeoutS: 100 } })
  const engine = rig(() => ({ takesS: 1000 }))

  const document = await engine.run(limited)

  expect(document).toMatchObject({ state: 'failed', makespanS: 130 })
  expect(taskIn(document, 'A').attempts).toMatchObject([{ cause: 'timed-out' }])
})

test('a watch goes on with a run at which nothing works any more', async () => {
  const engine = rig(() => ({ takesS: 5, outputs: { out: 1 } }))
  const { ports } = engine.engine
  const start = ports.executions.start.bind(ports.executions)
  let lost = 0
  // The execution of B is lost on its way: nobody is told.
  ports.executions.start = async (name, input) => {
    if (input.tasks.some(({ task }) => task === 'B') && lost === 0) {
      lost += 1
      return 'started'
    }
    return start(name, input)
  }
  const run = await engine.submit(one)
  await engine.settle(run)
  expect((await engine.document(run)).state).toBe('running')

  await watch(ports)

  expect((await engine.finish(run, one)).state).toBe('succeeded')
  expect(lost).toBe(1)
})
