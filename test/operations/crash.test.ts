import { describe, expect, test } from 'vitest'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { RunDocument } from '#contract/run-document.ts'
import type { Json } from '#core/json.ts'
import type { RunId } from '#core/run/ids.ts'
import { isTaskTerminal } from '#core/run/task.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { cancel } from '#operations/cancel.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { dag } from '../builders/dag.ts'
import { rig, statesOf, type Rig } from '../builders/rig.ts'
import type { Script } from '../builders/scripted-clone.ts'
import { from, leaves, over } from './drawn.ts'
import { hashedOutputs } from './hashing-script.ts'
import { doomed, type Outage } from './outage.ts'
import { userError } from './story.ts'

// A try that an engine lost for want of its store is the task's own failure, so each has one to spare.
const spare = { retry: { limit: 1, backoffS: 0 } }

//  list ─▶ clean[3] ─▶ features[3], two clones ─▶ report ─▶ last
//          rules, hedged ────┘                      ▲
//          flaky, fails once ───────────────────────┘
//  none[0] ─▶ after[0] ─▶ tail
const succeeds = dag('list, rules, flaky, clean, features, report -> last, none, after -> tail', {
  list: { ...spare, outputs: leaves('out', 'list') },
  clean: { ...spare, forEach: over({ item: 'list.list' }, { key: '' }), outputs: leaves('out') },
  rules: { ...spare, outputs: leaves('out'), hedge: { kind: 'after', seconds: 8 } },
  flaky: { outputs: leaves('out'), retry: { limit: 2, backoffS: 5 } },
  features: {
    ...spare,
    forEach: over({ cleaned: 'each clean.out' }),
    inputs: { rules: from('rules.out') },
    outputs: leaves('out'),
    clones: 2,
  },
  report: { ...spare, inputs: { features: from('features.out'), flaky: from('flaky.out') }, outputs: leaves('out') },
  last: spare,
  none: { forEach: over({ item: [] }), outputs: leaves('out') },
  after: { forEach: over({ none: 'each none.out' }) },
  tail: spare,
})

//  start ─▶ rows[3], rows[1] ✗ ─▶ each[3] ─▶ end        broken ✗ ─▶ x ─▶ y      bad (no array) ─▶ z[each] ─▶ end
const fails = dag('start, rows, each, broken -> x -> y, bad, z, each -> end, z -> end', {
  start: { outputs: leaves('list') },
  rows: { forEach: over({ n: 'start.list' }), outputs: leaves('out') },
  each: { forEach: over({ r: 'each rows.out' }) },
  broken: { retry: { limit: 1, backoffS: 3 } },
  bad: { needs: ['start'], forEach: over({ n: 'params.list' }), outputs: leaves('out') },
  z: { forEach: over({ b: 'each bad.out' }) },
})

/** Takes longer the later its task is in the alphabet, so that few things happen at the same moment. */
const play =
  (objects: ObjectStore): Script =>
  async (slot, assignment) => {
    const takesS = 10 + slot.clone * 3 + (slot.task.charCodeAt(0) % 5)
    const unlucky = slot.task === 'broken' || slot.task === 'rows[1]' || (slot.task === 'flaky' && slot.attempt === 1)
    if (unlucky) return { takesS, fails: userError() }
    return { takesS, outputs: await hashedOutputs(objects, assignment, { list: ['a', 'b', 'c'], start: [1, 2, 3] }) }
  }

interface Ended {
  readonly document: RunDocument
  readonly outputs: Readonly<Record<string, Json>>
  readonly commits: number
  /** Clones that started, in both engines. */
  readonly started: number
  /** Slots that held a job when the first engine came to its end. */
  readonly busy: number
}

/** Runs in an engine that ends at its n-th commit, and then in another one; `meanwhile` after 12 s of the first. */
async function throughTwoEngines(
  workflow: Workflow,
  n: number,
  how: Outage,
  meanwhile: (first: Rig, run: RunId) => Promise<void> = () => Promise.resolve(),
): Promise<Ended> {
  const kept = { store: new MemoryStore(), objects: new MemoryObjects() }
  const end = doomed(kept, n, how)
  const first = rig(play(kept.objects), { store: end.store, objects: end.objects })
  const params = { list: 'no array' }
  // Nothing is waited for: a dead engine never answers.
  void first.submit(workflow, { params }).catch(() => undefined)
  await first.clock.advance(12_000)
  const [record] = (await kept.store.rows.runs('test', { limit: 1 })).items
  if (record === undefined) throw new Error('no run')
  const run = record.id
  void meanwhile(first, run).catch(() => undefined)
  await first.clock.runOut()
  end.kill()

  const tasks = (await kept.store.rows.list(run, 'task', { limit: 1000 })).items
  const over = new Set(tasks.filter(({ value }) => isTaskTerminal(value.state)).map(({ id }) => id))
  const busy = (await kept.store.rows.busy({ limit: 1000 })).items.length
  const second = rig(play(kept.objects), { ...kept, startMs: first.clock.nowMs() + 1000 })
  await second.engine.recover()
  await second.engine.resume(run)
  const document = await second.finish(run, workflow)

  for (const slot of second.started) expect(over, `of commit ${n}`).not.toContain(slot.split('/')[0])
  const outputs = await outputsOf(second, run)
  return { document, outputs, commits: end.commits, started: first.started.length + second.started.length, busy }
}

async function outputsOf(engine: Rig, run: RunId): Promise<Readonly<Record<string, Json>>> {
  const outputs: Record<string, Json> = {}
  for (const { id, value } of (await engine.store.rows.list(run, 'task', { limit: 1000 })).items) {
    for (const name of Object.keys(value.outputs ?? {})) outputs[`${id}.${name}`] = await engine.output(run, id, name)
  }
  return outputs
}

/** Commits from the second on, since before the first there is no run. */
function* everyCommit(commits: number, step = 1): Generator<number> {
  for (let n = 2; n <= commits; n += step) yield n
}

describe('whatever commit is the last one of an engine, the next engine', () => {
  test.each<readonly [Outage, number]>([
    ['dies after', 1],
    ['dies before', 7],
    ['is refused', 2],
  ])('finishes the run with the same outputs, and repeats only what was at work: one that %s it', async (how, step) => {
    const whole = await throughTwoEngines(succeeds, Infinity, how)
    expect(whole.document).toMatchObject({ state: 'succeeded', counts: { committed: 14 } })
    expect(whole.commits).toBeGreaterThan(80)

    for (const n of everyCommit(whole.commits, step)) {
      const ended = await throughTwoEngines(succeeds, n, how)

      expect(ended.document.state, `commit ${n}`).toBe('succeeded')
      expect(ended.outputs, `commit ${n}`).toStrictEqual(whole.outputs)
      // A refused engine lives on, and may have begun its own second try.
      const repeated = how === 'is refused' ? 0 : ended.started - whole.started
      expect(repeated, `commit ${n}`).toBeLessThanOrEqual(ended.busy)
    }
  })

  test('comes to the same failures and skips', async () => {
    const whole = await throughTwoEngines(fails, Infinity, 'dies after')
    expect(whole.document.counts).toMatchObject({ committed: 5, failed: 3, skipped: 5 })

    for (const n of everyCommit(whole.commits)) {
      const ended = await throughTwoEngines(fails, n, 'dies after')

      expect(statesOf(ended.document), `commit ${n}`).toStrictEqual(statesOf(whole.document))
      expect(ended.document.error, `commit ${n}`).toBe(whole.document.error)
    }
  })

  test('finishes a cancel that was begun, and goes on with a run that was not cancelled yet', async () => {
    const cancelled = (n: number) =>
      throughTwoEngines(succeeds, n, 'dies after', (first, run) => cancel(first.engine.ports, run, 'enough'))
    const whole = await cancelled(Infinity)
    expect(whole.document.state).toBe('cancelled')
    const states: string[] = []

    for (const n of everyCommit(whole.commits)) states.push((await cancelled(n)).document.state)

    // From the commit that said so on, it is a cancelled run; before, it is not.
    expect(states.toSorted((a, b) => (a > b ? -1 : Number(a < b)))).toStrictEqual(states)
    expect(new Set(states)).toStrictEqual(new Set(['succeeded', 'cancelled']))
  })
})

test('an engine that dies again and again on its way still leaves a run that goes on', async () => {
  const whole = await throughTwoEngines(succeeds, Infinity, 'dies after')
  const kept = { store: new MemoryStore(), objects: new MemoryObjects() }
  const firstEnd = doomed(kept, 30, 'dies after')
  let engine = rig(play(kept.objects), { store: firstEnd.store, objects: firstEnd.objects })
  void engine.submit(succeeds)
  await engine.clock.runOut()
  const [record] = (await kept.store.rows.runs('test', { limit: 1 })).items
  const run = record?.id as RunId
  let engines = 1

  for (; engines < 20; engines += 1) {
    const end = doomed(kept, 15 + engines, 'dies after')
    engine = rig(play(kept.objects), { store: end.store, objects: end.objects, startMs: engine.clock.nowMs() + 1000 })
    const { recover, resume } = engine.engine
    void recover().then(() => resume(run))
    await engine.clock.runOut()
    if ((await kept.store.rows.get(run, 'run', 'run'))?.value.state === 'succeeded') break
  }

  expect(engines).toBeGreaterThan(3)
  const last = rig(play(kept.objects), { ...kept, startMs: engine.clock.nowMs() + 1000 })
  await last.engine.resume(run)
  const document = await last.finish(run, succeeds)
  expect(document.state).toBe('succeeded')
  expect(await outputsOf(last, run)).toStrictEqual(whole.outputs)
})

test('a run that its engine drained goes on in the next one, and loses no retry', async () => {
  const workflow = dag('A -> B', { A: { outputs: leaves('out') }, B: { inputs: { a: from('A.out') } } })
  const kept = { store: new MemoryStore(), objects: new MemoryObjects() }
  const first = rig(() => ({ takesS: 100, outputs: { out: 1 } }), kept)
  const run = await first.submit(workflow)
  await first.clock.advance(5_000)
  const closed = first.engine.close({ drainS: 10 })
  await first.clock.runOut()
  await closed

  const second = rig(() => ({ takesS: 100, outputs: { out: 1 } }), { ...kept, startMs: first.clock.nowMs() })
  await second.engine.recover()
  expect((await second.slot(run, 'A/2/0')).token).toBeNull()
  await second.clock.advance(60_000)
  expect(second.started).toStrictEqual([])
  await second.engine.resume(run)
  const document = await second.finish(run, workflow)

  expect(document.state).toBe('succeeded')
  expect(document.tasks?.[0]?.attempts.map(({ cause }) => cause)).toStrictEqual(['engine-lost', null])
  expect(second.started).toStrictEqual(['A/2/0', 'B/1/0'])
})
