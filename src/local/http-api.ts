import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { matchRoute, routes } from '#contract/api/routes.ts'
import type { Problem } from '#contract/problem.ts'
import { sendProblem, sendResult } from '#local/http-answer.ts'
import { bodyOf } from '#local/http-body.ts'
import { sendDownload } from '#local/http-download.ts'
import { proxyEvent } from '#local/http-event.ts'
import { heldRequests } from '#local/http-hold.ts'
import { signedLinks } from '#local/http-links.ts'
import { takeUpload } from '#local/http-upload.ts'
import { machineFault } from '#local/machine-fault.ts'
import { faultProblem } from '../../lambdas/api/answer.ts'
import type { ApiPorts } from '../../lambdas/api/api-ports.ts'
import { apiHandler } from '../../lambdas/api/handler.ts'

export interface HttpApiOptions {
  readonly ports: Omit<ApiPorts, 'links' | 'hold' | 'openApi' | 'version' | 'explain'>
  /** Resolves when there may be something new to read. */
  readonly news: () => Promise<void>
  /** Where uploads grow, on the file system of the objects. */
  readonly staging: string
  readonly token: string
  readonly port: number
}

/** Answers requests of this machine: guards, uploads and downloads here, all else by the handler that API Gateway calls. */
export interface HttpApi {
  answer(request: IncomingMessage, response: ServerResponse, state: { readonly closing: boolean }): Promise<void>
  /** Who follows comes back elsewhere. */
  readonly endHolds: () => void
}

export async function httpApi({ ports, news, staging, token, port }: HttpApiOptions): Promise<HttpApi> {
  const { default: document } = await import('#contract/api/openapi.json', { with: { type: 'json' } })
  const held = heldRequests(news)
  const links = signedLinks(token)
  const handle = apiHandler({
    ...ports,
    version: document.info.version,
    openApi: JSON.stringify(document),
    hold: held.hold,
    links,
    explain: machineFault,
  })
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])

  async function carryOut(
    request: IncomingMessage,
    response: ServerResponse,
    { closing }: { readonly closing: boolean },
  ): Promise<void> {
    const target = request.url ?? '/'
    const path = target.split('?', 1)[0] ?? ''
    const foreign = strangerOf(request, hosts)
    if (foreign !== undefined) return sendProblem(request, response, foreign, 403)
    const method = request.method ?? 'GET'
    const match = matchRoute(method, path)
    const route = match.kind === 'route' ? match : undefined
    if (route !== undefined && routes[route.operation].write && !mayWrite(request, token)) {
      return sendProblem(request, response, notAllowed, 401, { 'WWW-Authenticate': 'Bearer' })
    }
    if (closing) return sendProblem(request, response, engineEnds, 503)
    if (route?.operation === 'putUpload') {
      return takeUpload(request, response, { objects: ports.objects, staging, sha256: route.params['sha256'] ?? '' })
    }
    if (method === 'GET' && path.startsWith(links.prefix)) {
      return sendDownload(request, response, { objects: ports.objects, link: links.read(path) })
    }
    const body = await bodyOf(request)
    if (!body.ok) return sendProblem(request, response, body.error, 413)
    const event = proxyEvent(request, target, body.value)
    sendResult(response, await handle(event))
  }

  return {
    endHolds: held.end,
    async answer(request, response, state) {
      try {
        await carryOut(request, response, state)
      } catch (error) {
        if (response.headersSent) response.destroy()
        else sendProblem(request, response, machineFault(error) ?? faultProblem(error))
      }
    },
  }
}

/**
 * Why a request is no business of this API. A page of another site that a browser shows can reach this port, by a name
 * that it has pointed here; but not without saying so.
 */
function strangerOf({ headers }: IncomingMessage, hosts: ReadonlySet<string>): Problem | undefined {
  const host = headers.host?.toLowerCase() ?? ''
  if (!hosts.has(host)) return foreignHost
  const { origin } = headers
  if (origin !== undefined && !(origin.startsWith('http://') && hosts.has(origin.slice('http://'.length)))) {
    return foreignOrigin
  }
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none' ? undefined : foreignOrigin
}

/** In a time that does not tell how much of the token was right. */
function mayWrite({ headers }: IncomingMessage, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`))
}

const foreignHost: Problem = {
  code: 'FOREIGN-HOST',
  message: 'the request is for another host',
  fix: 'ask 127.0.0.1 or localhost, with the port',
  exitCode: 4,
}

const foreignOrigin: Problem = {
  code: 'FOREIGN-ORIGIN',
  message: 'the request comes from a page of another site',
  fix: 'ask from a program, or from a page of this address',
  exitCode: 4,
}

const notAllowed: Problem = {
  code: 'NOT-ALLOWED',
  message: 'the token is not that of this engine',
  fix: 'send `Authorization: Bearer TOKEN` with the token in engine.json of the state directory',
  exitCode: 4,
}

/** Said by an engine that takes nothing any more: nothing was done. */
const engineEnds: Problem = {
  code: 'ENGINE-ENDS',
  message: 'the engine of this state directory is ending',
  fix: 'try again',
  exitCode: 6,
}
