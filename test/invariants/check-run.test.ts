import { beforeAll, describe, expect, test } from 'vitest'
import type { RunId } from '#core/run/ids.ts'
import type { Kind, Records } from '#core/run/record.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { ListedEvent } from '#ports/store.ts'
import { dag } from '../builders/dag.ts'
import { rig, type Rig } from '../builders/rig.ts'
import { from, leaves, over } from '../operations/drawn.ts'
import { userError } from '../operations/story.ts'
import { breachesOf, checkRun } from './check-run.ts'
import { outputsLost } from './commits.ts'
import { historyOf, type RunHistory } from './history.ts'

//  A, two clones ─▶ L[3] ─▶ M[each] ─▶ Z        F ✗ ─▶ G
const workflow = dag('A, L, M, Z, F -> G', {
  A: { clones: 2, outputs: leaves('list') },
  L: { forEach: over({ n: 'A.list' }), outputs: leaves('out') },
  M: { forEach: over({ l: 'each L.out' }), outputs: { dir: { path: 'd/', type: 'directory', optional: false } } },
  Z: { inputs: { m: from('M.dir') }, outputs: leaves('out') },
})

let engine: Rig
let run: RunId
let sound: RunHistory

beforeAll(async () => {
  engine = rig(({ task, clone }) =>
    task === 'F' ? { takesS: 5, fails: userError() } : { takesS: 10 + clone, outputs: { list: [1, 2, 3], out: task } },
  )
  run = await engine.submit(workflow)
  await engine.finish(run, workflow)
  sound = await historyOf(engine.store, run, workflow)
})

/** The place of the first event of this type on this row. */
function placeOf(id: string, type: ListedEvent['event']['type']): number {
  const place = sound.log.findIndex((logged) => logged.id === id && logged.event.type === type)
  if (place === -1) throw new Error(`no ${type} of ${id}`)
  return place
}

const eventOf = (id: string, type: ListedEvent['event']['type']): ListedEvent => sound.log[placeOf(id, type)]!

const without = (id: string, type: ListedEvent['event']['type']): RunHistory => ({
  ...sound,
  log: sound.log.toSpliced(placeOf(id, type), 1),
})

const withEvent = (...more: readonly ListedEvent[]): RunHistory => ({ ...sound, log: [...sound.log, ...more] })

/** The event of one row, changed. */
function altered(id: string, type: ListedEvent['event']['type'], fields: object): RunHistory {
  const logged = eventOf(id, type)
  const event = { ...logged.event, ...fields } as ListedEvent['event']
  return { ...sound, log: sound.log.with(placeOf(id, type), { ...logged, event }) }
}

/** A row that says something else than the log. */
function withRow<K extends Kind>(kind: K, id: string, fields: Partial<Records[K]>): RunHistory {
  const rows = sound.rows.map((row) =>
    row.kind === kind && row.id === id ? { ...row, value: { ...row.value, ...fields } } : row,
  )
  return { ...sound, rows }
}

const withoutRow = (kind: Kind, id: string): RunHistory => ({
  ...sound,
  rows: sound.rows.filter((row) => row.kind !== kind || row.id !== id),
})

test('a sound run has no breach', async () => {
  expect(sound.log.length).toBeGreaterThan(100)
  expect(await checkRun(engine.store, engine.objects, run, workflow)).toStrictEqual([])
})

/** A forged history by what is wrong with it, and the breach that must be told. */
const forged: Readonly<Record<string, readonly (readonly [string, () => RunHistory, string])[]>> = {
  I1: [
    [
      'started before a predecessor was committed',
      () => without('A', 'task.committed'),
      'I1 L started before A was there',
    ],
    [
      'is an instance that started before its element was committed',
      () => without('L[1]', 'task.committed'),
      'I1 M[1] started before L[1] was there',
    ],
    [
      'gathered instances that had not all ended',
      () => without('M', 'task.committed'),
      'I1 Z started before M was there',
    ],
    [
      'was skipped for nothing',
      () => without('F', 'task.failed'),
      'I1 G was skipped, and nothing that it needs is without a result',
    ],
    [
      'is none of the workflow',
      () => withEvent({ ...eventOf('A', 'task.ready'), id: 'Q' }),
      'I1 Q is no task of the workflow',
    ],
  ],
  I2: [
    ['was committed twice', () => withEvent(eventOf('A', 'task.committed')), 'I2 A was committed twice'],
    ['was won by two clones', () => altered('A/1/1', 'slot.decided', { state: 'won' }), 'I2 A/1/1 won A after A/1/0'],
    [
      'was leased under the same fence again',
      () => withEvent(eventOf('A/1/0', 'slot.leased')),
      'I2 the fence of A/1/0 did not grow',
    ],
    [
      'was claimed under an old fence',
      () => altered('A/1/0', 'slot.claimed', { fence: 0 }),
      'I2 A/1/0 claimed under fence 0, and held 1',
    ],
  ],
  I4: [
    [
      'changed after its end',
      () => withEvent(eventOf('Z', 'attempt.started')),
      'I4 attempt.started after the end of task Z',
    ],
    [
      'changed after the end of its run',
      () => withEvent({ ...eventOf('Z', 'task.ready'), id: 'Y' }),
      'I4 task.ready of task Y after the end of the run',
    ],
    [
      'has a row that the log does not give',
      () => withRow('task', 'Z', { error: 'odd' }),
      'I4 replay of task Z differs from its row',
    ],
    ['has a row of its own', () => withoutRow('slot', 'Z/1/0'), 'I4 the log gives'],
    [
      'has lost an event',
      () => without('Z/1/0', 'slot.launched'),
      'I4 the log cannot be replayed: Error: version 3 of slot Z/1/0',
    ],
  ],
  I6: [
    ['outlived its run', () => without('Z/1/0', 'slot.billed'), 'I6 the job of Z/1/0 outlived the run'],
    [
      'started after its run',
      () => withEvent(eventOf('Z/1/0', 'slot.starting')),
      'I6 the job of Z/1/0 started after the run',
    ],
  ],
  I7: [
    ['was billed twice', () => withEvent(eventOf('Z/1/0', 'slot.billed')), 'I7 Z/1/0 was billed twice'],
    [
      'costs more than its clones',
      () => withRow('run', 'run', { totals: { costUsd: 1, wastedCostUsd: 0 } }),
      'I7 slots cost',
    ],
    ['was never billed', () => withRow('slot', 'Z/1/0', { bill: null }), 'I7 Z/1/0 has a job or a bill alone'],
  ],
  I11: [
    ['has not ended', () => withRow('run', 'run', { state: 'running' }), 'I11 the run is running'],
    ['waits in a run that has ended', () => withRow('task', 'Z', { state: 'running' }), 'I11 Z is running'],
    ['is a slot that waits', () => withRow('slot', 'Z/1/0', { state: 'waiting' }), 'I11 slot Z/1/0 is waiting'],
    ['was lost', () => withoutRow('task', 'Z'), 'I11 Z was lost'],
    ['is an instance that was lost', () => withoutRow('task', 'L[2]'), 'I11 L[2] was lost'],
    ['has no row at all', () => withoutRow('run', 'run'), 'I11 there is no run'],
  ],
}

describe.each(Object.entries(forged))('%s', (_, forgeries) => {
  test.each(forgeries)('is broken by what %s', (__, forge, breach) => {
    expect(breachesOf(forge())).toContainEqual(expect.stringContaining(breach))
  })
})

describe('I3', () => {
  /** Objects of which one is another. */
  const withObject = (
    change: (bytes: Uint8Array) => Uint8Array | undefined,
  ): Pick<ObjectStore, 'read'> & ObjectStore => ({
    ...engine.objects,
    read: async (key) => {
      const bytes = await engine.objects.read(key)
      return bytes !== undefined && key.includes('/Z/1/0/') ? change(bytes) : bytes
    },
  })

  test.each<readonly [string, (bytes: Uint8Array) => Uint8Array | undefined]>([
    ['is gone', () => undefined],
    ['was altered', (bytes) => bytes.with(0, 0)],
    ['was cut', (bytes) => bytes.slice(1)],
  ])('is broken by an output that %s', async (_, change) => {
    expect(await outputsLost(sound, withObject(change))).toStrictEqual(['I3 output out of Z is not what was committed'])
  })

  test('is broken by a file of a directory that was altered', async () => {
    const objects = { ...engine.objects, read: async () => new Uint8Array(1) }

    expect(await outputsLost(sound, objects)).toContain('I3 output dir of M[1] is not what was committed')
  })

  test('is broken by a result that is not what the winner claimed', async () => {
    expect(await outputsLost(withRow('task', 'Z', { outputs: {} }), engine.objects)).toStrictEqual([
      'I3 the result of Z is not what its winner claimed',
    ])
  })

  test("is broken by a result under a loser's prefix", async () => {
    const claim = (await engine.slot(run, 'Z/1/0')).claim
    const rows = sound.rows.map((row) => {
      if (row.id === 'A/1/0') return { ...row, value: { ...row.value, claim } }
      return row.id === 'A' ? { ...row, value: { ...row.value, outputs: claim } } : row
    })

    expect(await outputsLost({ ...sound, rows }, engine.objects)).toStrictEqual([
      'I3 output out of A lies outside of what its winner may write',
    ])
  })
})
