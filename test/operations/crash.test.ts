import { describe, expect, test } from 'vitest'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { Assignment } from '#contract/clone-api.ts'
import type { RunDocument } from '#contract/run-document.ts'
import type { Json } from '#core/json.ts'
import type { RunId, SlotRef } from '#core/run/ids.ts'
import { isTaskTerminal } from '#core/run/task.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { dag } from '../builders/dag.ts'
import { rig, statesOf, type Rig } from '../builders/rig.ts'
import type { Behaviour } from '../builders/scripted-clone.ts'
import { from, leaves, over } from './drawn.ts'
import { hashedOutputs } from './hashing-script.ts'
import { doomed, type Outage } from './outage.ts'

/** Takes longer the later its slot is in the alphabet, so that few things happen at the same moment. */
type Play = (objects: ObjectStore) => (slot: SlotRef, assignment: Assignment) => Promise<Behaviour>

const play: Play = (objects) => async (slot, assignment) => {
  const takesS = 10 + slot.clone * 3 + (slot.task.charCodeAt(0) % 5)
  const failing = slot.task === 'broken' || (slot.task === 'flaky' && slot.attempt === 1)
  if (failing) return { takesS, fails: { cause: 'user-error', exitCode: 1, signal: null, evidence: 'no luck' } }
  return { takesS, outputs: await hashedOutputs(objects, assignment, { list: ['a', 'b', 'c'] }) }
}

//  list ─▶ clean[3] ─▶ features[3], two clones ─▶ report ─▶ last
//           rules ────────┘                          ▲
//           flaky, retried ──────────────────────────┘
//  none[0] ─▶ after[0] ─▶ tail
const succeeds = dag('list, rules, flaky, clean, features, report -> last, none, after -> tail', {
  list: { outputs: leaves('out', 'list') },
  clean: { forEach: over({ item: 'list.list' }, { key: '' }), outputs: leaves('out') },
  rules: { outputs: leaves('out') },
  flaky: { outputs: leaves('out'), retry: { limit: 2, backoffS: 5 } },
  features: {
    forEach: over({ cleaned: 'each clean.out' }),
    inputs: { rules: from('rules.out') },
    outputs: leaves('out'),
    clones: 2,
  },
  report: { inputs: { features: from('features.out'), flaky: from('flaky.out') }, outputs: leaves('out') },
  none: { forEach: over({ item: [] }), outputs: leaves('out') },
  after: { forEach: over({ none: 'each none.out' }) },
})

describe.each<Outage>(['dies after', 'dies before', 'is refused'])('an engine that %s the n-th commit', (how) => {
  test('leaves a run that another engine finishes with the same outputs', async () => {
    const whole = await goThrough(succeeds, Infinity, how)
    const commits = whole.commits
    const baseline = await outputsOf(whole.second, whole.run)
    let again = 0
    const bad: string[] = []
    for (let n = 2; n <= commits; n += 1) {
      try {
      const crashed = await goThrough(succeeds, n, how)
      expect(await outputsOf(crashed.second, crashed.run), `commit ${n}`).toStrictEqual(baseline)
      expect(crashed.document.state).toBe('succeeded')
      again += crashed.started - whole.started
      } catch (e) { bad.push(`${n}: ${String(e).slice(0, 600)}`) }
    }
    console.log(how, commits, again, bad.length, bad.slice(0, 6).join('\n'))
  })
})

async function goThrough(workflow: Workflow, n: number, how: Outage) {
  const kept = { store: new MemoryStore(), objects: new MemoryObjects() }
  const end = doomed(kept, n, how)
  const first = rig(play(kept.objects), { store: end.store, objects: end.objects })
  // A dead engine never answers.
  void first.submit(workflow).catch(() => undefined)
  await first.clock.runOut()
  const [record] = (await kept.store.rows.runs('test', { limit: 1 })).items
  if (record === undefined) throw new Error('no run')
  const run = record.id
  const over = new Set<string>()
  for (const { id, value } of (await kept.store.rows.list(run, 'task', { limit: 1000 })).items) {
    if (isTaskTerminal(value.state)) over.add(id)
  }
  const second = rig(play(kept.objects), { ...kept, startMs: first.clock.nowMs() + 1000 })
  await second.engine.recover()
  if (n < Infinity) await second.engine.resume(run)
  const document = await second.finish(run, workflow)
  for (const slot of second.started) expect(over).not.toContain(slot.split('/')[0])
  return { run, second, document, commits: end.commits, started: first.started.length + second.started.length }
}

async function outputsOf(rigged: Rig, run: RunId): Promise<Readonly<Record<string, Json>>> {
  const outputs: Record<string, Json> = {}
  for (const { id, value } of (await rigged.store.rows.list(run, 'task', { limit: 1000 })).items) {
    for (const name of Object.keys(value.outputs ?? {})) outputs[`${id}.${name}`] = await rigged.output(run, id, name)
  }
  return outputs
}
