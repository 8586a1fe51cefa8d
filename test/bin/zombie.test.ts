import { fork, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FileObjects } from '#adapters/local/file-objects.ts'
import { createSystemIds } from '#adapters/local/system-ids.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { CloneApi } from '#contract/clone-api.ts'
import { newInEveryRun } from '#core/pools/chance.ts'
import { isRunTerminal } from '#core/run/run.ts'
import { startEngine } from '#local/engine.ts'
import { plan } from '#operations/plan.ts'
import { submit } from '#operations/submit.ts'
import type { JobRequest } from '#ports/pools.ts'
import { dag } from '../builders/dag.ts'
import { createDrivenClock } from '../builders/driven-clock.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { patience } from '../builders/gated-run.ts'
import { roomy } from '../builders/rig.ts'
import { checkRun } from '../invariants/check-run.ts'
import type { Job, Said } from './fixtures/agent-process.ts'

let folder = ''
let agents: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zombie-'))
  agents = []
})
afterEach(() => {
  for (const agent of agents) agent.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

/** What agents were answered: `report A/1 late`. */
const answered: string[] = []

/** A job in a process of its own that hears nothing of what becomes of its slot, as on a host that is cut off. */
function inItsOwnProcess(api: CloneApi, request: JobRequest): Promise<{ exitCode: number | null; reason: string }> {
  const agent = fork(join(import.meta.dirname, 'fixtures/agent-process.ts'), { stdio: 'inherit' })
  agents.push(agent)
  agent.send({ request, folder, env: { PATH: process.env['PATH'] ?? '' } } satisfies Job)
  return new Promise((resolve, reject) => {
    agent.on('message', (said: Said) => {
      if (said.kind === 'end') return resolve(said)
      const call = api[said.call] as (asked: unknown) => Promise<unknown>
      call(said.request).then((value) => {
        answered.push(`${said.call} ${request.slot.task}/${request.slot.attempt} ${String(value)}`)
        agent.send({ number: said.number, value })
      }, reject)
    })
  })
}

it('21: an agent that is stopped past its lease, while another one does the work, claims nothing when it goes on', async () => {
  const gate = join(folder, 'gate')
  const ready = join(folder, 'ready')
  const script = `touch '${ready}'.$FORKCAST_ATTEMPT; until [ -e '${gate}' ]; do sleep 0.02; done; echo $FORKCAST_ATTEMPT > "$OUTPUT_X"`
  const workflow = dag('A -> B', {
    A: { run: { kind: 'shell', script }, outputs: { x: { path: 'x.json', type: 'json', optional: false } } },
  })
  const clock = createDrivenClock(undefined, async () => {
    for (let turns = 0; turns < 20; turns += 1) await turn()
  })
  const [store, objects] = [new MemoryStore(), new FileObjects(folder)]
  const engine = startEngine({
    store,
    objects,
    clock,
    ids: createSystemIds({ clock }),
    pools: { machine: roomy, pools: [emulatedPool('hot', { tier: 'hot', ...roomy })], timeScale: 1, seed: 1 },
    chance: newInEveryRun(1),
    runJob: inItsOwnProcess,
  })
  const { ports } = engine
  const run = await submit(ports, { workflow, params: {}, policy: { cloning: true, hedging: true }, tenant: 'test' })
  await plan(ports, run)
  const rowOf = async <K extends 'run' | 'task'>(kind: K, id: string) => (await store.rows.get(run, kind, id))?.value

  /** Waits for processes, which the clock knows nothing of; it goes on a little meanwhile. */
  const until = (holds: () => Promise<boolean> | boolean): Promise<void> =>
    vi.waitFor(async () => {
      await clock.advance(10)
      expect(await holds()).toBe(true)
    }, patience)

  await until(() => existsSync(`${ready}.1`))
  agents[0]?.kill('SIGSTOP')
  writeFileSync(gate, '')
  await clock.advance(121_000)
  await until(async () => (await rowOf('task', 'A'))?.state === 'committed')
  expect((await rowOf('run', 'run'))?.state).toBe('running')
  agents[0]?.kill('SIGCONT')
  await until(async () => isRunTerminal((await rowOf('run', 'run'))!.state))

  expect((await rowOf('run', 'run'))?.state).toBe('succeeded')
  const task = await rowOf('task', 'A')
  expect(task?.attempts.map(({ state, failure }) => [state, failure?.cause])).toStrictEqual([
    ['failed', 'host-lost'],
    ['committed', undefined],
  ])
  const slots = (await store.rows.list(run, 'slot', { prefix: 'A', limit: 10 })).items
  expect(slots.map(({ id, value }) => [id, value.state])).toStrictEqual([
    ['A/1/0', 'fenced'],
    ['A/2/0', 'won'],
  ])
  expect(answered.filter((words) => words.startsWith('report A'))).toStrictEqual([
    'report A/2 accepted',
    'report A/1 late',
  ])
  const output = task?.outputs?.['x']
  expect(output?.type === 'json' && Buffer.from((await objects.read(output.object))!).toString()).toBe('2\n')
  expect(await checkRun(store, objects, run, workflow)).toStrictEqual([])
  await engine.close({ drainS: 0 })
}, 60_000)
