import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { FileObjects } from '#adapters/local/file-objects.ts'
import { createSystemClock } from '#adapters/local/system-clock.ts'
import { createSystemIds } from '#adapters/local/system-ids.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { signedCloneTokens } from '#adapters/tokens/signed-clone-tokens.ts'
import { HttpCloneApi } from '#agent/http-clone-api.ts'
import { removalsDone } from '#agent/removals.ts'
import { runClone } from '#agent/run-clone.ts'
import type { CloneApi } from '#contract/clone-api.ts'
import { logKey } from '#contract/object-keys.ts'
import { newInEveryRun } from '#core/pools/chance.ts'
import { err } from '#core/result.ts'
import { isRunTerminal } from '#core/run/run.ts'
import { startEngine } from '#local/engine.ts'
import { plan } from '#operations/plan.ts'
import { submit } from '#operations/submit.ts'
import type { JobRequest } from '#ports/pools.ts'
import { handlerOf, keyOf } from '../builders/clone-bench.ts'
import { serveClones, type Way } from '../builders/clone-server.ts'
import { dag } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { roomy } from '../builders/rig.ts'

const text = (path: string) => ({ x: { path, type: 'text', optional: false } }) as const
const shell = (script: string) => ({ kind: 'shell', script }) as const
const from = (task: string) => ({ kind: 'output', from: { task, output: 'x' }, optional: false }) as const

const workflow = dag('A -> B -> C', {
  A: { run: shell('echo first > "$OUTPUT_X"'), outputs: text('a.txt') },
  B: { run: shell('rev "$INPUT_A" > "$OUTPUT_X"; echo told >&2'), outputs: text('b.txt'), inputs: { a: from('A') } },
  C: { run: shell('cat "$INPUT_B"; exit 3'), inputs: { b: from('B') } },
})

/** Runs the workflow with real processes; `reach` is how their agents ask the control plane. */
async function play(reach?: (job: JobRequest, url: string) => CloneApi, wayOf?: (path: string) => Way) {
  const root = mkdtempSync(join(tmpdir(), 'forkcast-agent-'))
  const clock = createSystemClock()
  const objects = new FileObjects(root)
  const engine = startEngine({
    store: new MemoryStore(),
    objects,
    clock,
    ids: createSystemIds({ clock }),
    pools: { machine: roomy, pools: [emulatedPool('hot', { tier: 'hot', ...roomy })], timeScale: 1, seed: 1 },
    chance: newInEveryRun(1),
    runJob: (api, job, signal) =>
      runClone(
        {
          api: reach?.(job, server.url) ?? api,
          objects,
          workFolder: join(root, 'work'),
          codeCache: join(root, 'code'),
          clock,
          holder: randomUUID,
          random: () => 0,
          secret: async () => err('there is none'),
          inherit: { PATH: '/usr/local/bin:/usr/bin:/bin' },
          logFile: ({ prefix }, stream) => join(root, 'objects', logKey(prefix, stream)),
        },
        { slot: job.slot, job: job.job, signal, acceptedAtMs: clock.nowMs() },
      ),
  })
  await using server = await serveClones(handlerOf({ engine }, { tokens }), wayOf)
  try {
    const policy = { cloning: true, hedging: false }
    const run = await submit(engine.ports, { workflow, params: {}, policy, tenant: 'test' })
    await plan(engine.ports, run)
    const { rows } = engine.ports.store
    const state = await vi.waitFor(
      async () => {
        const row = await rows.get(run, 'run', 'run')
        if (row === undefined || !isRunTerminal(row.value.state)) throw new Error(`the run is ${row?.value.state}`)
        return row.value.state
      },
      { timeout: 20_000, interval: 10 },
    )
    const tasks = await Promise.all(
      ['A', 'B', 'C'].map(async (id) => {
        const task = (await rows.get(run, 'task', id))?.value
        const output = task?.outputs?.['x']
        if (output === undefined || output.type === 'directory') return [id, task?.state, undefined]
        return [id, task?.state, new TextDecoder().decode(await objects.read(output.object))]
      }),
    )
    const failure = (await rows.get(run, 'slot', 'C/1/0'))?.value.failure
    return { state, tasks, failure }
  } finally {
    await engine.close({ drainS: 0 })
    await removalsDone()
    rmSync(root, { recursive: true, force: true })
  }
}

const tokens = signedCloneTokens([keyOf('a')])

const overHttp = ({ slot, job }: JobRequest, url: string): CloneApi =>
  new HttpCloneApi({ url, token: tokens.issue({ slot, job, expiresAtMs: 1e15 }) })

it('agents that ask over HTTP, and lose every other answer, leave what agents in process leave', async () => {
  const inProcess = await play()
  let asked = 0
  const lossy = await play(overHttp, () => ((asked += 1) % 2 === 1 ? 'answer-lost' : 'answered'))
  // Six would do if none were lost.
  expect(asked).toBeGreaterThan(6)
  expect(lossy).toStrictEqual(inProcess)
  expect(inProcess).toMatchObject({
    state: 'failed',
    tasks: [
      ['A', 'committed', 'first\n'],
      ['B', 'committed', 'tsrif\n'],
      ['C', 'failed', undefined],
    ],
    failure: { cause: 'user-error', exitCode: 3 },
  })
})
