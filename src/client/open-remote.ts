import { remoteControlPlane } from '#client/remote-control-plane.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'

/** Where a service is, and what may open it. */
export interface Remote {
  readonly url: string
  /** The token that the user gives. */
  readonly token: string | undefined
  /** The engine of the state directory, which gives its own token to who may read that. */
  readonly engine: () => Promise<{ readonly url: string; readonly token: string } | undefined>
}

/** The control plane at an address; the error: it is no address, or none that a token may be sent to. */
export async function openRemote({ url, token, engine }: Remote): Promise<Result<ControlPlane, Problem>> {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.search + parsed.hash !== '') {
    return err(usage(`${url} is no address of an API`, 'write it as https://HOST/PATH or http://127.0.0.1:PORT'))
  }
  if (parsed.username + parsed.password !== '') {
    return err(usage('an address holds no password', 'set FORKCAST_TOKEN instead'))
  }
  if (!isLoopback(parsed)) {
    if (parsed.protocol === 'http:' && token !== undefined) return err(usage(inTheClear(parsed.host), 'use https'))
    return ok(remoteControlPlane({ url: parsed.href, token }))
  }
  return ok(remoteControlPlane({ url: parsed.href, token: token ?? ownToken(parsed, await engine()) }))
}

/** Another program of this machine may have the port: it gets no token of the engine. */
function ownToken({ port }: URL, engine: Awaited<ReturnType<Remote['engine']>>): string | undefined {
  return engine !== undefined && new URL(engine.url).port === port ? engine.token : undefined
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname)
}

function inTheClear(host: string): string {
  return `a token sent to ${host} over http could be read on the way`
}

function usage(message: string, fix: string): Problem {
  return { code: 'USAGE', message, fix, exitCode: 2 }
}
