import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EngineAddress } from '#adapters/local/engine-lock.ts'
import { ProblemError } from '#contract/problem.ts'
import type { HttpApi, HttpApiOptions } from '#local/http-api.ts'

/** An import would load all that Node fetches with as well: 40 ms of each run, for names that nobody asks for. */
const { createServer } = process.getBuiltinModule('node:http')

/** How long a client on this machine may take to send its headers, and a whole request: uploads are long. */
const headersMs = 10_000
const requestMs = 15 * 60_000
const mostConnections = 512

export interface HttpServerOptions extends Omit<HttpApiOptions, 'port'> {
  /** @default one that is free */
  readonly port?: number | undefined
}

/** Serves the API on the loopback interface. */
export interface HttpServer {
  readonly address: EngineAddress
  /** What is asked from now on is refused as not done; resolves once what was taken is answered. */
  close(): Promise<void>
}

/** Listens on this machine alone. What a request needs is loaded with the first one. @throws ProblemError: the port is taken. */
export async function serveHttp({ port: wanted = 0, ...options }: HttpServerOptions): Promise<HttpServer> {
  const inHand = new Set<Promise<void>>()
  let closing = false
  let api: Promise<HttpApi> | undefined
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 5_000,
    },
    (request, response) => {
      const handled = answer(request, response)
        .catch(() => void response.destroy())
        .finally(() => inHand.delete(handled))
      inHand.add(handled)
    },
  )
  server.maxConnections = mostConnections
  const port = await listen(server, wanted)
  // A front end that listens keeps no process alive; runs do.
  server.unref()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const over = new Promise<void>((resolve) => response.once('close', resolve))
    api ??= import('#local/http-api.ts').then(({ httpApi }) => httpApi({ ...options, port }))
    await (await api).answer(request, response, { closing })
    await over
  }

  return {
    address: { url: `http://127.0.0.1:${port}`, token: options.token },
    async close() {
      closing = true
      void api?.then((loaded) => loaded.endHolds())
      while (inHand.size > 0) await Promise.all(inHand)
      server.close()
      server.closeAllConnections()
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error
    const message = error.code === 'EACCES' ? `port ${port} may not be listened on` : `port ${port} is taken`
    throw new ProblemError({ code: 'PORT-TAKEN', message, fix: 'name another one with --port', exitCode: 5 })
  }
  return (server.address() as AddressInfo).port
}
