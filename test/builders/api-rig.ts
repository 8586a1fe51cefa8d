import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { LogPiece } from '#contract/api/schemas/stream-schema.ts'
import { blobKey } from '#contract/object-keys.ts'
import type { EventDocument, RunDocument, TaskDocument } from '#contract/run-document.ts'
import { sha256 } from '#core/hash.ts'
import type { RunId } from '#core/run/ids.ts'
import { engineCommands } from '#local/engine-commands.ts'
import { machineFault } from '#local/machine-fault.ts'
import type { ApiPorts, Hold } from '../../lambdas/api/api-ports.ts'
import { apiHandler } from '../../lambdas/api/handler.ts'
import { undocumented, type SentAnswer } from './documented-answer.ts'
import { rig, type Rig, type RigOptions } from './rig.ts'
import type { Script } from './scripted-clone.ts'

export type { Hold }

/** What a request says besides its method and path. */
export interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  /** JSON, or text as it is. */
  readonly body?: unknown
}

/** All that tests read of answers; what of it an answer has, the table says. */
export interface Said extends RunDocument {
  readonly runId: RunId
  readonly code: string
  readonly path: string
  readonly hint: string
  readonly detail: string
  readonly nextCursor?: string
  readonly runs: readonly RunDocument[]
  readonly tasks: readonly TaskDocument[]
  readonly events: readonly EventDocument[]
  readonly logs: readonly LogPiece[]
  readonly outputs: Readonly<Record<string, { readonly href: string; readonly sha256: string }>>
}

/** An answer, with its body read. */
export interface Answered extends SentAnswer {
  readonly json: Said
}

/** The API's handler over an engine in memory. Each answer is held against the table of routes. */
export interface ApiRig extends Rig {
  ask(request: string, asked?: Asked): Promise<Answered>
  /** Stores content as an upload does. */
  upload(text: string): Promise<string>
}

export function apiRig(script: Script, options: RigOptions & { readonly ports?: Partial<ApiPorts> } = {}): ApiRig {
  const inner = rig(script, options)
  const { engine, objects } = inner
  const handler = apiHandler({
    ...engine.ports,
    tenant: 'local',
    version: '0.0.0',
    openApi: '{"openapi":"3.1.0"}',
    commands: engineCommands({ engine, storeFile: 'store', onLive: () => {} }),
    capacity: () => engine.ports.pools.capacity(),
    isAlive: () => true,
    links: {
      put: async ({ sha256: hash }) => ({ url: `/uploads/${hash}`, headers: {} }),
      get: async ({ key }) => `/downloads/${key}`,
    },
    hold: () => ({ news: async () => false, release: () => {} }),
    explain: machineFault,
    ...options.ports,
  })
  return {
    ...inner,
    async ask(request, asked = {}) {
      const event = eventOf(request, asked)
      const { statusCode, headers = {}, body, isBase64Encoded } = await handler(event)
      const answer = {
        status: statusCode,
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
        ),
        body: isBase64Encoded === true ? Buffer.from(body, 'base64').toString() : body,
      }
      const fault = undocumented(event.httpMethod, event.path, answer)
      if (fault !== undefined) throw new Error(`${request}: ${fault}`)
      return { ...answer, json: jsonOf(answer.body) as Said }
    },
    async upload(text) {
      const hash = sha256(text)
      await objects.writeOnce(blobKey(hash), new TextEncoder().encode(text))
      return `sha256:${hash}`
    },
  }
}

/** `POST /runs/latest/retry` and what goes with it, as API Gateway hands it over. */
function eventOf(request: string, { headers = {}, body }: Asked = {}): APIGatewayProxyEvent {
  const [httpMethod = '', target = ''] = request.split(' ')
  const [path = '', query = ''] = target.split('?')
  const values = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(query)) values.set(name, [...(values.get(name) ?? []), value])
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
  const sent = text === null ? headers : { 'Content-Type': 'application/json', ...headers }
  return {
    httpMethod,
    path,
    multiValueQueryStringParameters: Object.fromEntries(values),
    headers: sent,
    multiValueHeaders: {},
    body: text,
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEvent
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
