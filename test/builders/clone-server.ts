import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'

/** What becomes of a request: it is answered, is lost on its way, or its answer is lost on its way back. */
export type Way = 'answered' | 'request-lost' | 'answer-lost'

/** A handler of API Gateway on the loopback interface. */
export interface CloneServer extends AsyncDisposable {
  readonly url: string
  /** Paths of requests that were handled, in order. */
  readonly handled: readonly string[]
}

/** Serves a handler; `wayOf` is asked for each request. */
export async function serveClones(
  handler: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>,
  wayOf: (path: string) => Way = () => 'answered',
): Promise<CloneServer> {
  const handled: string[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const event = await eventOf(request)
    const way = wayOf(event.path)
    if (way === 'request-lost') {
      response.destroy()
      return
    }
    handled.push(event.path)
    const { statusCode, headers = {}, body } = await handler(event)
    if (way === 'answer-lost') response.destroy()
    else response.writeHead(statusCode, headers as Record<string, string>).end(body)
  }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handled,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function eventOf(request: IncomingMessage): Promise<APIGatewayProxyEvent> {
  const body = (await buffer(request)).toString()
  return cloneEvent(request.url ?? '/', {
    method: request.method ?? 'GET',
    headers: request.headers as Sent['headers'],
    body,
  })
}

interface Sent {
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request as API Gateway hands it over. */
export function cloneEvent(path: string, { method = 'POST', headers, body }: Sent): APIGatewayProxyEvent {
  return {
    httpMethod: method,
    path,
    headers,
    multiValueHeaders: {},
    multiValueQueryStringParameters: null,
    body,
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEvent
}
