import { expect, test } from 'vitest'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import { retry } from '#operations/retry.ts'
import { dag } from '../builders/dag.ts'
import { rig, statesOf, taskIn, type Rig } from '../builders/rig.ts'
import { from, leaves, numbers, over } from './drawn.ts'
import { userError } from './story.ts'

//  A ─▶ L[4] ─▶ M[each] ─▶ Z      K
const workflow = dag('A, K, L, M, Z', {
  A: { outputs: leaves('out') },
  K: { outputs: leaves('out') },
  L: { forEach: over({ n: numbers(4) }), needs: ['A'], outputs: leaves('out') },
  M: { forEach: over({ l: 'each L.out' }), outputs: leaves('out') },
  Z: { inputs: { m: from('M.out') } },
})

/** Its tasks fail while the weather is bad. */
function fickle(...broken: readonly string[]): { engine: Rig; mend(): void } {
  let bad = true
  const engine = rig(({ task }) =>
    bad && broken.includes(task) ? { takesS: 1, fails: userError() } : { takesS: 1, outputs: { out: task } },
  )
  return {
    engine,
    mend() {
      bad = false
    },
  }
}

async function retried(engine: Rig, run: RunId, force: readonly string[] = []): Promise<RunId> {
  const again = await retry(engine.engine.ports, run, force)
  if (!again.ok) throw new Error(again.error.message)
  return again.value.run
}

test('a retry is a new run that takes over what was committed, and runs the rest', async () => {
  const { engine, mend } = fickle('L[2]')
  const first = await engine.submit(workflow)
  expect((await engine.finish(first, workflow)).state).toBe('failed')
  const before = engine.started.length
  mend()

  const again = await retried(engine, first)
  const document = await engine.finish(again, workflow)

  expect(document).toMatchObject({ state: 'succeeded', retryOf: first })
  expect(engine.started.slice(before).toSorted()).toStrictEqual(['L[2]/1/0', 'M[2]/1/0', 'Z/1/0'])
  expect(taskIn(document, 'A')).toMatchObject({ state: 'committed', reusedFrom: first, attempts: [] })
  expect(taskIn(document, 'M[1]')).toMatchObject({ state: 'committed', reusedFrom: first })
  expect(await engine.output(again, 'L[1]', 'out')).toBe('L[1]')
  // A retry of the retry, of a task by name: what it took over is known by the run that left it.
  const third = await retried(engine, again, ['Z'])
  const last = await engine.finish(third, workflow)
  expect(taskIn(last, 'A').reusedFrom).toBe(first)
  expect(taskIn(last, 'L[2]').reusedFrom).toBe(again)
  expect(engine.started.at(-1)).toBe('Z/1/0')
})

test('a task that is forced runs again, and so does what follows from it', async () => {
  const { engine } = fickle()
  const run = parseRunId((await engine.run(workflow)).id) as RunId
  const before = engine.started.length

  const document = await engine.finish(await retried(engine, run, ['M']), workflow)

  expect(document.state).toBe('succeeded')
  expect(engine.started.slice(before).toSorted()).toStrictEqual([
    'M[0]/1/0',
    'M[1]/1/0',
    'M[2]/1/0',
    'M[3]/1/0',
    'Z/1/0',
  ])
  expect(statesOf(document)['K']).toBe('committed')
})

test('what can not be retried is said, with what to do', async () => {
  const { engine } = fickle()
  const run = parseRunId((await engine.run(workflow)).id) as RunId
  const { ports } = engine.engine

  expect(await retry(ports, run, [])).toMatchObject({ ok: false, error: { code: 'NOTHING-TO-RETRY', exitCode: 5 } })
  expect(await retry(ports, run, ['Q'])).toMatchObject({ ok: false, error: { code: 'TASK-NOT-FOUND', exitCode: 3 } })
})
