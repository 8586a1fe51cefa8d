import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerRequest } from '#local/batch/api/answer-request.ts'
import type { CallFates } from '#local/batch/api/call-fate.ts'
import { BatchFault } from '#local/batch/batch-fault.ts'
import type { BatchService } from '#local/batch/batch-service.ts'

/** Longest body of a request. */
const maxBodyBytes = 1024 ** 2
const receiveMs = 10_000

export interface BatchServerOptions {
  readonly service: BatchService
  readonly fates: CallFates
  /** @default one that is free */
  readonly port?: number | undefined
  /** The only access key that is answered. Who may call runs commands as the user of this process. @default any */
  readonly accessKeyId?: string | undefined
  readonly onError: (error: unknown) => void
}

export interface BatchServer {
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves the REST-JSON API on the loopback interface. A signature of AWS must be there, which no page in a browser can send
 * unasked, and its access key be the right one; the signature itself is not checked.
 */
export async function serveBatch({
  service,
  fates,
  port = 0,
  accessKeyId,
  onError,
}: BatchServerOptions): Promise<BatchServer> {
  const server = createServer(
    { requestTimeout: receiveMs, connectionsCheckingInterval: 1_000 },
    (request, response) => {
      void answer(request, response)
    },
  )
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = randomUUID()
    response.setHeader('Content-Type', 'application/json')
    response.setHeader('x-amzn-RequestId', id)
    try {
      checkSender(request, accessKeyId)
      const { method = 'GET', url: target = '/' } = request
      const text = await textOf(request)
      const fate = fates.next()
      if (fate === 'throttled') throw new BatchFault('TooManyRequestsException', 'Too Many Requests')
      if (fate === 'failed') throw new BatchFault('ServerException', 'Internal error')
      const body = answerRequest(service, { method, target, text })
      if (fate === 'unanswered') response.destroy()
      else response.writeHead(200).end(JSON.stringify(body))
    } catch (error) {
      if (!(error instanceof BatchFault)) onError(error)
      const fault = error instanceof BatchFault ? error : new BatchFault('ServerException', 'Internal error')
      response.setHeader('x-amzn-errortype', fault.type)
      response.writeHead(fault.status).end(JSON.stringify({ message: wordsOf(fault, id) }))
    }
  }
}

/** Clients see the words of Batch: `Error executing request, Exception : …, RequestId: …`. */
function wordsOf({ type, message }: BatchFault, id: string): string {
  return type === 'ClientException' ? `Error executing request, Exception : ${message}, RequestId: ${id}` : message
}

function checkSender({ headers }: IncomingMessage, accessKeyId: string | undefined): void {
  const host = headers.host?.replace(/:\d+$/, '')
  if (host !== '127.0.0.1' && host !== 'localhost' && host !== '[::1]') {
    throw new BatchFault('AccessDeniedException', 'This endpoint is for this machine alone')
  }
  const { authorization = '' } = headers
  const [, sent] = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\//.exec(authorization) ?? []
  if (sent === undefined) throw new BatchFault('MissingAuthenticationTokenException', 'Missing Authentication Token')
  if (accessKeyId !== undefined && sent !== accessKeyId) {
    throw new BatchFault('AccessDeniedException', 'The access key is not the one of this endpoint')
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw new BatchFault('ClientException', `A request has at most ${maxBodyBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
