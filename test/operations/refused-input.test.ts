import { expect, test } from 'vitest'
import type { CloneReport } from '#contract/clone-api.ts'
import { blobKey } from '#contract/object-keys.ts'
import { report } from '#operations/report.ts'
import { dag } from '../builders/dag.ts'
import { rig, slotRef } from '../builders/rig.ts'
import { jobName } from './story.ts'

const key = blobKey('0'.repeat(64))

/** What becomes of a clone that says that it was refused an object. */
async function refused(object: string | undefined, prepare: (objects: ReturnType<typeof rig>['objects']) => unknown) {
  const engine = rig(() => ({ takesS: 100 }))
  const run = await engine.submit(dag('A', { A: { retry: { limit: 1, backoffS: 0 } } }))
  await engine.clock.advance(3_000)
  await prepare(engine.objects)
  const evidence = 'staging in failed: object is refused'
  const failure = { cause: 'start-failed', confidence: 'likely', exitCode: null, signal: null, evidence } as const
  const said: CloneReport = {
    slot: slotRef(run, 'A/1/0'),
    job: jobName(run, 'A/1/0'),
    fence: 1,
    ended: { kind: 'failed', failure, ...(object !== undefined && { refused: object }) },
    usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
    times: { stagingInS: 1, runningS: null, stagingOutS: null },
    billedS: 3,
  }
  expect(await report(engine.engine.ports, said)).toBe('accepted')
  return {
    failure: (await engine.slot(run, 'A/1/0')).failure,
    attempts: (await engine.store.rows.get(run, 'task', 'A'))?.value.attempts.length,
  }
}

test('an input that is not there any more is a bad one, and is not asked for again', async () => {
  const { failure, attempts } = await refused(key, () => undefined)
  expect(failure).toMatchObject({ cause: 'bad-input', confidence: 'certain', evidence: `object ${key} is missing` })
  expect(attempts).toBe(1)
})

test('one that is there was refused: the clone is tried elsewhere', async () => {
  const { failure, attempts } = await refused(key, (objects) => objects.writeOnce(key, new Uint8Array(1)))
  expect(failure).toMatchObject({ cause: 'start-failed', evidence: 'staging in failed: object is refused' })
  expect(attempts).toBe(2)
})

test('nothing else that a clone names is looked for', async () => {
  const asked: string[] = []
  for (const object of ['rows/run_0000000000/a', 'market/a/1', 'requests/a', '../blobs/a', '/blobs/a', undefined]) {
    const { failure } = await refused(object, (objects) => {
      objects.size = async (name) => void asked.push(name)
    })
    expect(failure).toMatchObject({ cause: 'start-failed' })
  }
  expect(asked).toStrictEqual([])
})

test('where nobody can tell, what the clone said stays', async () => {
  const { failure } = await refused(key, (objects) => {
    objects.size = () => Promise.reject(new Error('no answer'))
  })
  expect(failure).toMatchObject({ cause: 'start-failed' })
})
