import { describe, expect, test } from 'vitest'
import { watch } from '#operations/watch.ts'
import { dag } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy, taskIn } from '../builders/rig.ts'
import { leaves } from './drawn.ts'
import { secondsOf } from './story.ts'

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

describe('a job that has its place and takes no lease', () => {
  const unleased = (slot: string) => (slot.startsWith('A/1') ? ('hangs' as const) : undefined)

  // A watch looks at what had no sign for 150 s, each 60 s; this one from so many seconds on.
  test.each([
    [0, 60, 180],
    [0, 29, 209],
    [20, 60, 180],
    [50, 60, 180],
    [70, 60, 240],
    [70, 9, 249],
  ])(
    'is ended by the watch, at the latest 210 s after its place (%d s after its submission)',
    async (delayS, fromS, endS) => {
      const pools = [emulatedPool('slow', { ...roomy, startDelay: { kind: 'fixed', seconds: delayS } })]
      const engine = rig(() => ({ takesS: 5, outputs: { out: 1 } }), { unleased, pools })
      const run = await engine.submit(dag('A', { A: { outputs: leaves('out') } }))
      await engine.clock.advance(fromS * 1000)
      for (let minute = 0; minute <= 5; minute += 1) {
        await watch(engine.engine.ports)
        await engine.clock.advance(60_000)
      }
      await engine.settle(run)

      expect(endS - delayS).toBeLessThanOrEqual(210)
      expect(secondsOf(await engine.log(run), 'slot.failed')['A/1/0']).toBe(endS)
      expect(taskIn(await engine.document(run), 'A').attempts).toMatchObject([
        {
          cause: 'start-failed',
          evidence: expect.stringMatching(/^Task failed to start: it took no lease within 120 s; .*ENTRYPOINT/),
        },
        { state: 'committed' },
      ])
    },
  )

  test.each([0, 45])(
    'is ended 30 s beyond its limit, counted from its place (%d s after its submission)',
    async (delayS) => {
      const pools = [emulatedPool('slow', { ...roomy, startDelay: { kind: 'fixed', seconds: delayS } })]
      const engine = rig(() => ({ takesS: 5, outputs: { out: 1 } }), { unleased, pools })
      const limited = dag('A', { A: { timeoutS: 10, outputs: leaves('out') } })
      const run = await engine.submit(limited)

      const document = await engine.finish(run, limited)

      expect(secondsOf(await engine.log(run), 'slot.failed')['A/1/0']).toBe(delayS + 40)
      expect(taskIn(document, 'A').attempts).toMatchObject([
        {
          cause: 'start-failed',
          evidence: expect.stringMatching(/^Task failed to start: it took no lease within 40 s; .*ENTRYPOINT/),
        },
        { state: 'committed' },
      ])
    },
  )
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
