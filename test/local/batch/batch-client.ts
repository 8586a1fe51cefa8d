import { BatchClient } from '@aws-sdk/client-batch'
import { operationOf, problemsOf } from './service-model.ts'

interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly body?: string | Uint8Array
}

interface HttpResponse {
  readonly statusCode: number
  body: AsyncIterable<Uint8Array> | Uint8Array
}

/** The SDK's client, and what the bodies that went to and fro had that the model of the service does not allow. */
export interface BatchClientWithModel {
  readonly client: BatchClient
  readonly problems: readonly string[]
  /** Names of the paths that were answered. */
  readonly answered: ReadonlySet<string>
}

/** A client that tries once and looks at each body as it is on the wire. */
export function batchClient(endpoint: string, accessKeyId = 'test'): BatchClientWithModel {
  const client = new BatchClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  const problems: string[] = []
  const answered = new Set<string>()
  client.middlewareStack.add(
    (next) => async (args) => {
      const { method, path, body } = args.request as HttpRequest
      const { input, output } = operationOf(method, path)
      if (method === 'POST' && !path.startsWith('/v1/tags/'))
        problems.push(...problemsOf(input, JSON.parse(textOf(body)), path))
      const result = await next(args)
      const response = result.response as HttpResponse
      const bytes = await bytesOf(response.body)
      response.body = bytes
      const isDone = response.statusCode === 200
      problems.push(...problemsOf(isDone ? output : errorShape, JSON.parse(bytes.toString()), `${path} (answer)`))
      if (isDone) answered.add(`${method} ${path.replace(/^\/v1\/tags\/.*/, '/v1/tags')}`)
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'model' },
  )
  return { client, problems, answered }
}

/** Of each exception of the service. */
const errorShape = [3, 'com.amazonaws.batch', 'Exception', 0, ['message'], [0], 1] as const

function textOf(body: string | Uint8Array = '{}'): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body)
}

async function bytesOf(body: AsyncIterable<Uint8Array> | Uint8Array): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
