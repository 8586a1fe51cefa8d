import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { remedyKinds } from '#core/failure/remedy-kind.ts'
import type { RunId } from '#core/run/ids.ts'
import { isRunTerminal } from '#core/run/run.ts'
import { runDamage } from '#local/run-damage.ts'
import { waitsForPerson } from '#local/waits-for-person.ts'
import { retry } from '#operations/retry.ts'
import type { Store } from '#ports/store.ts'
import manifest from '../../package.json' with { type: 'json' }
import { breachesOf } from '../invariants/check-run.ts'
import { historyOf } from '../invariants/history.ts'
import { Recorder, historyIn, replayed, textOf, type History, type Step } from './history-file.ts'
import { engineOver, recordings, type Recording } from './recordings.ts'

/**
 * What engines of this version and of earlier ones did, a folder a version. A history that was released is never written
 * anew: code that cannot go on from it has to learn to. `HISTORIES=write npx vitest run test/catalogue/histories` adds those
 * of this version that are not there yet.
 */
const folder = join(import.meta.dirname, 'fixtures')
const own = join(folder, manifest.version)

if (process.env['HISTORIES'] === 'write') {
  mkdirSync(own, { recursive: true })
  for (const [name, recording] of Object.entries(recordings)) {
    const file = join(own, `${name}.ndjson`)
    if (!existsSync(file)) writeFileSync(file, textOf(await recorded(recording)))
  }
}

async function recorded(recording: Recording): Promise<History> {
  const recorder = new Recorder()
  let first: RunId | undefined
  const engine = engineOver(
    recorder,
    recording.script(() => first),
  )
  const { submit } = engine
  await recording.record(
    {
      ...engine,
      async submit(...words) {
        first = await submit(...words)
        return first
      },
    },
    recorder,
  )
  return recorder.history()
}

const versions = readdirSync(folder).toSorted()
const kept = versions.flatMap((version) =>
  Object.keys(recordings).map(
    (name) => [version, name, historyIn(readFileSync(join(folder, version, `${name}.ndjson`), 'utf8'))] as const,
  ),
)

describe.each(kept)('22: what version %s did: %s', (_, name, history) => {
  test('is read to the same rows', async () => {
    const { store } = await replayed(history.steps)

    for (const { run, row } of history.rows) {
      const found = await store.rows.get(run, row.kind, row.id)
      // As a store would have written it.
      expect(JSON.parse(JSON.stringify(found))).toStrictEqual(row)
    }
    for (const run of runsOf(history.steps)) expect(await runDamage(store, run)).toBeUndefined()
  })

  test('is gone on with from every step, to the same end', async () => {
    const recording = recordings[name] as Recording
    const ends = new Map(
      history.rows.flatMap(({ run, row }) => ('stopping' in row.value ? [[run, row.value.state] as const] : [])),
    )
    for (let count = 1; count <= history.steps.length; count += 1) {
      const steps = history.steps.slice(0, count)
      const runs = runsOf(steps)
      if (runs.length === 0) continue
      const states = await goneOn(recording, steps)
      for (const run of runs) {
        const end = ends.get(run)
        const expected = end === 'cancelled' && !wasCancelled(steps, run) ? 'succeeded' : end
        expect([count, run, states.get(run)]).toStrictEqual([count, run, expected])
      }
    }
  })
})

test('22: histories of this version show every policy, every remedy and every sort of event', () => {
  const said = kept.filter(([version]) => version === manifest.version).map(([, , { steps }]) => JSON.stringify(steps))
  const all = said.join('\n')
  const policies = ['first', 'quorum', 'mean', 'median', 'best', 'all']
  const used = Object.values(recordings).flatMap(({ workflow }) =>
    workflow.tasks.map(({ aggregate }) => aggregate.policy),
  )
  expect(policies.filter((policy) => !used.includes(policy as never))).toStrictEqual([])
  const types = Object.values(eventTypes).flat()
  expect(types.filter((type) => !all.includes(`"type":"${type}"`))).toStrictEqual([])
  expect(remedyKinds.filter((kind) => kind !== 'wait-for-person' && !all.includes(`"remedy":"${kind}"`))).toStrictEqual(
    [],
  )
})

/** Every event that a row accepts. */
const eventTypes = {
  run: ['run.submitted', 'run.planning', 'run.started', 'run.stopping', 'run.cancelling', 'run.finished'],
  task: [
    'task.ready',
    'task.expanded',
    'task.skipped',
    'task.reused',
    'attempt.started',
    'attempt.failed',
    'attempt.in-doubt',
    'task.committed',
    'task.failed',
    'task.cancelled',
  ],
  slot: [
    'slot.created',
    'slot.activated',
    'slot.launched',
    'slot.unlaunched',
    'slot.held',
    'slot.starting',
    'slot.leased',
    'slot.renewed',
    'slot.claimed',
    'slot.failed',
    'slot.decided',
    'slot.fenced',
    'slot.billed',
  ],
  group: ['group.marked', 'group.started'],
  ledger: ['ledger.opened', 'ledger.reserved', 'ledger.settled'],
}

function runsOf(steps: readonly Step[]): readonly RunId[] {
  return [...new Set(steps.flatMap((step) => ('run' in step ? [step.run] : [])))]
}

function wasCancelled(steps: readonly Step[], run: RunId): boolean {
  return steps.some((step) => 'run' in step && step.run === run && JSON.stringify(step).includes('run.cancelling'))
}

/** Takes up every run as the code of today does after an engine is gone; what each came to. */
async function goneOn(recording: Recording, steps: readonly Step[]): Promise<ReadonlyMap<RunId, string>> {
  const runs = runsOf(steps)
  const left = await replayed(steps)
  const engine = engineOver(
    left,
    recording.script(() => runs[0]),
    lastMs(steps) + 60_000,
  )
  await engine.engine.recover()
  const states = new Map<RunId, string>()
  for (const run of runs) {
    if (!(await isOver(left.store, run))) await engine.engine.resume(run)
    await engine.settle(run)
    for (const task of await doubtful(left.store, run)) await retry(engine.engine.ports, run, [task])
    await engine.settle(run)
    const { workflow } = recording
    expect(breachesOf(await historyOf(left.store, run, workflow))).toStrictEqual([])
    states.set(run, (await engine.document(run)).state)
  }
  return states
}

async function isOver(store: Store, run: RunId): Promise<boolean> {
  const row = await store.rows.get(run, 'run', 'run')
  return row !== undefined && isRunTerminal(row.value.state)
}

async function doubtful(store: Store, run: RunId): Promise<readonly string[]> {
  if ((await isOver(store, run)) || !(await waitsForPerson(store, run))) return []
  const { items } = await store.rows.list(run, 'task', { limit: 100 })
  return items.filter(({ value }) => value.attempts.at(-1)?.state === 'in-doubt').map(({ id }) => id)
}

function lastMs(steps: readonly Step[]): number {
  return Math.max(
    ...steps.flatMap((step) =>
      'run' in step ? step.commit.flatMap(({ events }) => events.map(({ atMs }) => atMs)) : [0],
    ),
  )
}
