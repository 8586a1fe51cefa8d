import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { proxyEvent } from '#local/http-event.ts'

/** Functions behind one address of this machine. */
export interface Gateway {
  readonly url: string
  close(): void
}

/** What answers below each path. `api` and `clone` as API Gateway calls them, the others with a body of JSON. */
export interface GatewayFunctions {
  readonly api: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>
  readonly clone: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>
  readonly launch: (input: never) => Promise<unknown>
  readonly settle: (input: never) => Promise<unknown>
}

/** The stage of the API, which its own paths do not name. */
const stage = '/v1'

/** Serves functions: `/v1/…` is the API, `/v1/clone/…` that of clones, `/launch` and `/settle` what the state machine calls. */
export async function openGateway(
  functions: () => GatewayFunctions,
  onError: (error: unknown) => void,
): Promise<Gateway> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.url ?? '/'
    const body = await buffer(request)
    const { api, clone, launch, settle } = functions()
    if (target === '/launch' || target === '/settle') {
      await (target === '/launch' ? launch : settle)(JSON.parse(body.toString()) as never)
      response.writeHead(200).end()
      return
    }
    const inner = proxyEvent(request, target.slice(stage.length), body)
    const event = { ...inner, requestContext: { ...inner.requestContext, path: `${stage}${inner.path}` } }
    const handle = inner.path.startsWith('/clone/') ? clone : api
    const { statusCode, headers = {}, body: said, isBase64Encoded = false } = await handle(event)
    response.writeHead(statusCode, headers as Record<string, string>)
    response.end(isBase64Encoded ? Buffer.from(said, 'base64') : said)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      onError(error)
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
