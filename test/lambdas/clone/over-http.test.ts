import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { signedCloneTokens } from '#adapters/tokens/signed-clone-tokens.ts'
import { askAgain, type Patience } from '#agent/ask-again.ts'
import { HttpCloneApi } from '#agent/http-clone-api.ts'
import type { CloneApi } from '#contract/clone-api.ts'
import { clonePaths } from '#contract/clone-requests.ts'
import { seededRandom } from '#core/random.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { handlerOf, keyOf } from '../../builders/clone-bench.ts'
import { serveClones, type Way } from '../../builders/clone-server.ts'
import { dag } from '../../builders/dag.ts'
import { rig, statesOf, type Rig } from '../../builders/rig.ts'
import type { Script } from '../../builders/scripted-clone.ts'

const x = { x: { path: 'x.json', type: 'json', optional: false } } as const
const from = (task: string) => ({ kind: 'output', from: { task, output: 'x' }, optional: false }) as const

/**
 * ```
 * A ─▶ B (three clones, one fails) ─▶ D (fails once)
 *  └─▶ C ────────────────────────────┘
 * ```
 */
const diamond: Workflow = dag('A -> B -> D, A -> C -> D', {
  A: { outputs: x },
  B: { outputs: x, inputs: { a: from('A') }, clones: 3, aggregate: { policy: 'mean', min: 2 } },
  C: { outputs: x, inputs: { a: from('A') } },
  D: { outputs: x, inputs: { b: from('B'), c: from('C') }, retry: { limit: 1, backoffS: 1 } },
})

const failure = { cause: 'user-error', confidence: 'certain', exitCode: 1, signal: null, evidence: 'no' } as const

/** B works for longer than a lease lasts. */
const script: Script = ({ task, attempt, clone }, { variables }) => {
  if ((task === 'B' && clone === 2) || (task === 'D' && attempt === 1)) return { takesS: 5, fails: failure }
  return { takesS: task === 'B' ? 200 + clone : 10, outputs: { x: { clone, inputs: variables.length } } }
}

/** What a run came to, without the names that are drawn. */
async function outcome(engine: Rig) {
  const document = await engine.run(diamond)
  const outputs = await Promise.all(['A', 'B', 'C', 'D'].map((task) => engine.output(document.id, task, 'x')))
  const slots = document.tasks?.flatMap(({ attempts }) =>
    attempts.flatMap((attempt) =>
      attempt.slots.map(({ clone, state, timesS }) => [attempt.state, clone, state, timesS]),
    ),
  )
  return { state: document.state, tasks: statesOf(document), outputs, slots, started: engine.started.toSorted() }
}

/** Asks at once again: the clock of the rig stands while a clone asks. */
const impatient: Patience = {
  clock: {
    nowMs: () => 0,
    at(_, ring) {
      void turn().then(ring)
      return () => undefined
    },
  },
  random: () => 0,
  signal: new AbortController().signal,
  forS: 1_000,
}

/** A rig whose clones reach the control plane over HTTP; `wayOf` says what becomes of each request. */
async function overHttp(wayOf?: (path: string) => Way) {
  const tokens = signedCloneTokens([keyOf('a')])
  const engine = rig(script, {
    remote: true,
    reach({ slot, job }): CloneApi {
      const token = tokens.issue({ slot, job, expiresAtMs: 1e15 })
      const http = new HttpCloneApi({ url: server.url, token })
      return {
        lease: (request) => askAgain(() => http.lease(request), impatient),
        renew: (renewal) => askAgain(() => http.renew(renewal), impatient),
        report: (report) => askAgain(() => http.report(report), impatient),
      }
    },
  })
  const server = await serveClones(handlerOf(engine, { tokens }), wayOf)
  return { engine, server }
}

const inProcess = await outcome(rig(script))

describe('a run whose clones reach the control plane over HTTP', () => {
  it('comes to what it comes to in process', async () => {
    const { engine, server } = await overHttp()
    await using _ = server
    expect(await outcome(engine)).toStrictEqual(inProcess)
    expect(inProcess.state).toBe('succeeded')
    expect(new Set(server.handled)).toStrictEqual(new Set(Object.values(clonePaths)))
  })

  it('does so too when the first answer to every call is lost', async () => {
    let calls = 0
    const { engine, server } = await overHttp(() => ((calls += 1) % 2 === 1 ? 'answer-lost' : 'answered'))
    await using _ = server
    expect(await outcome(engine)).toStrictEqual(inProcess)
  })

  it.each(['1', '2', '3'])('does so too when requests and answers are lost at random, seed %s', async (seed) => {
    const random = seededRandom(seed)
    const ways = ['answered', 'request-lost', 'answer-lost'] as const
    const { engine, server } = await overHttp(() => ways[Math.floor(random.next() * ways.length)] ?? 'answered')
    await using _ = server
    expect(await outcome(engine)).toStrictEqual(inProcess)
  })
})
