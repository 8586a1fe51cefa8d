import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { signedCloneTokens, type TokenKey } from '#adapters/tokens/signed-clone-tokens.ts'
import type { CloneReport } from '#contract/clone-api.ts'
import { clonePaths, type CloneCall } from '#contract/clone-requests.ts'
import type { RunId } from '#core/run/ids.ts'
import { kinds } from '#core/run/record.ts'
import type { CloneClaims } from '#ports/clone-tokens.ts'
import { cloneHandler, type CloneApiPorts } from '../../lambdas/clone/handler.ts'
import { cloneEvent } from './clone-server.ts'
import { dag } from './dag.ts'
import { rig, slotRef, type Rig, type RigOptions } from './rig.ts'

export const calls = Object.keys(clonePaths) as readonly CloneCall[]

/** A key of its own for each letter. */
export function keyOf(id: string): TokenKey {
  return { id, secret: new Uint8Array(32).fill(id.charCodeAt(0)) }
}

/** The clone API of a rig. */
export function handlerOf(
  { engine }: Pick<Rig, 'engine'>,
  changes: Pick<CloneApiPorts, 'tokens'> & Partial<CloneApiPorts>,
) {
  return cloneHandler({ ...engine.ports, ...changes })
}

export type Clone = 'A/1/0' | 'A/1/1' | 'B/1/0'

/** Two runs whose clones work, and the clone API around them. */
export interface CloneBench {
  readonly engine: Rig
  readonly run: RunId
  readonly other: RunId
  readonly tokens: ReturnType<typeof signedCloneTokens>
  claimsOf(run: RunId, clone: Clone): Promise<CloneClaims>
  /** What the agent of a clone would say, right in all things. */
  bodyOf(run: RunId, clone: Clone, call: CloneCall): Promise<Body>
  ask(call: CloneCall, token: string | undefined, body: unknown): Promise<Said>
  /** All that is stored: rows, events, history, objects; and how many timers are set. */
  stored(): Promise<unknown>
}

export type Body = Readonly<Record<string, unknown>> & { readonly holder: string; readonly fence?: number }

export interface Said {
  readonly status: number
  readonly type: unknown
  readonly json: Readonly<Record<string, unknown>>
}

/** `ports`: what the clone API has beside the engine's. */
export async function cloneBench(
  keys: readonly TokenKey[] = [keyOf('a')],
  ports: Pick<CloneApiPorts, 'agent' | 'credentials'> = {},
  options: Pick<RigOptions, 'names'> = {},
): Promise<CloneBench> {
  const objects = new ListedObjects()
  const engine = rig(() => ({ takesS: 1_000 }), { objects, ...options })
  const workflow = dag('A, B', { A: { clones: 2 } })
  const run = await engine.submit(workflow)
  const other = await engine.submit(workflow)
  await engine.clock.advance(3_000)
  const tokens = signedCloneTokens(keys)
  const handler = handlerOf(engine, { tokens, ...ports })
  return {
    engine,
    run,
    other,
    tokens,
    async claimsOf(of, clone) {
      const { job } = await engine.slot(of, clone)
      return { slot: slotRef(of, clone), job: job as string, expiresAtMs: engine.clock.nowMs() + 60_000 }
    },
    async bodyOf(of, clone, call) {
      const { job, fence, holder } = await engine.slot(of, clone)
      const body = { slot: slotRef(of, clone), job, holder: holder as string }
      if (call === 'lease') return body
      return call === 'renew' ? { ...body, fence } : { ...body, fence, ...worked }
    },
    async ask(call, token, body) {
      const headers = {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      }
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const answer = await handler(cloneEvent(clonePaths[call], { headers, body: text }))
      return {
        status: answer.statusCode,
        type: answer.headers?.['Content-Type'],
        json: JSON.parse(answer.body) as Said['json'],
      }
    },
    async stored() {
      const { rows, history } = engine.store
      const { items: runs } = await rows.runs('test', { limit: 100 })
      const perRun = runs.map(async ({ id }) => {
        const found = kinds.map(async (kind) => (await rows.list(id, kind, { limit: 1_000 })).items)
        return [await engine.log(id), ...(await Promise.all(found))]
      })
      const samples = ['A', 'B'].map((task) => history.recent(`test/${task}`, 100))
      const contents = objects.keys.map(async (key) => [key, await objects.read(key)] as const)
      return {
        runs: await Promise.all(perRun),
        waiting: await rows.waiting(100),
        busy: await rows.busy({ limit: 100 }),
        samples: await Promise.all(samples),
        objects: await Promise.all(contents),
        timers: engine.clock.pending,
      }
    },
  }
}

/** Objects that can be listed. */
class ListedObjects extends MemoryObjects {
  readonly #keys = new Set<string>()

  get keys(): readonly string[] {
    return [...this.#keys].toSorted()
  }

  override async writeOnce(key: string, bytes: Uint8Array): Promise<'written' | 'taken'> {
    this.#keys.add(key)
    return super.writeOnce(key, bytes)
  }
}

/** The rest of a report. */
const worked: Omit<CloneReport, 'slot' | 'job' | 'fence'> = {
  ended: { kind: 'claimed', manifest: {} },
  usage: { basis: 'sampled', cpuS: 1, peakMemoryMiB: 10, bytesIn: 1, bytesOut: 2 },
  times: { stagingInS: 0, runningS: 3, stagingOutS: 0 },
  billedS: 3,
}
