import { once } from 'node:events'
import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A way to a server of this machine on which requests are counted. */
export interface CountedRequests {
  readonly url: string
  /** Requests by method. */
  readonly byMethod: ReadonlyMap<string, number>
  close(): void
}

/** Passes on all that it is asked, as it is. */
export async function openCountedRequests(target: string): Promise<CountedRequests> {
  const { hostname, port } = new URL(target)
  const byMethod = new Map<string, number>()
  const server = createServer((incoming, response) => {
    const { method = '', url: path = '', headers } = incoming
    byMethod.set(method, (byMethod.get(method) ?? 0) + 1)
    const passed = ask({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    incoming.pipe(passed)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    byMethod,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
