import { signedCloneTokens, type TokenKey } from '#adapters/tokens/signed-clone-tokens.ts'
import type { CloneReport } from '#contract/clone-api.ts'
import { clonePaths, type CloneCall } from '#contract/clone-requests.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Stored } from '#core/run/record.ts'
import type { CloneClaims } from '#ports/clone-tokens.ts'
import type { ListedEvent } from '#ports/store.ts'
import { cloneHandler, type CloneApiPorts } from '../../lambdas/clone/handler.ts'
import { cloneEvent } from './clone-server.ts'
import { dag } from './dag.ts'
import { rig, slotRef, type Rig } from './rig.ts'

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

const clones = ['A/1/0', 'A/1/1', 'B/1/0'] as const
export type Clone = (typeof clones)[number]

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
  /** All that is stored. */
  stored(): Promise<readonly (readonly ListedEvent[] | Stored<'slot' | 'task' | 'run'>)[]>
}

export type Body = Readonly<Record<string, unknown>> & { readonly holder: string; readonly fence?: number }

export interface Said {
  readonly status: number
  readonly type: unknown
  readonly json: Readonly<Record<string, unknown>>
}

export async function cloneBench(keys: readonly TokenKey[] = [keyOf('a')]): Promise<CloneBench> {
  const engine = rig(() => ({ takesS: 1_000 }))
  const workflow = dag('A, B', { A: { clones: 2 } })
  const run = await engine.submit(workflow)
  const other = await engine.submit(workflow)
  await engine.clock.advance(3_000)
  const tokens = signedCloneTokens(keys)
  const handler = handlerOf(engine, { tokens })
  const rows = (of: RunId) =>
    Promise.all([
      engine.store.rows.get(of, 'run', 'run'),
      ...['A', 'B'].map((id) => engine.store.rows.get(of, 'task', id)),
      ...clones.map((id) => engine.store.rows.get(of, 'slot', id)),
    ])
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
      const found = [...(await rows(run)), ...(await rows(other))].filter((row) => row !== undefined)
      return [await engine.log(run), await engine.log(other), ...found]
    },
  }
}

/** The rest of a report. */
const worked: Omit<CloneReport, 'slot' | 'job' | 'fence'> = {
  ended: { kind: 'claimed', manifest: {} },
  usage: { basis: 'sampled', cpuS: 1, peakMemoryMiB: 10, bytesIn: 1, bytesOut: 2 },
  times: { stagingInS: 0, runningS: 3, stagingOutS: 0 },
  billedS: 3,
}
