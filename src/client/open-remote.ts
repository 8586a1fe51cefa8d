import { remoteControlPlane } from '#client/remote-control-plane.ts'
import type { AwsCredentials } from '#client/signed-requests.ts'
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
  /** Opens what API Gateway serves: its own addresses tell their region, and a domain of one's own is given one here. */
  readonly iam?: { readonly region: string | undefined; readonly credentials: AwsCredentials }
}

/** The control plane at an address; the error: it is no address, or none that a token may be sent to. */
export async function openRemote({ url, token, engine, iam }: Remote): Promise<Result<ControlPlane, Problem>> {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.search + parsed.hash !== '') {
    return err(usage(`${url} is no address of an API`, 'write it as https://HOST/PATH or http://127.0.0.1:PORT'))
  }
  if (parsed.username + parsed.password !== '') {
    return err(usage('an address holds no password', 'set FORKCAST_TOKEN instead'))
  }
  const isHere = isLoopback(parsed)
  if (!isHere && parsed.protocol === 'http:' && token !== undefined) {
    return err(usage(inTheClear(parsed.host), 'use https'))
  }
  const opening = token ?? (isHere ? ownToken(parsed, await engine()) : undefined)
  if (opening !== undefined || iam === undefined) return ok(remoteControlPlane({ url: parsed.href, token: opening }))
  const { gatewayRegion, signedRequests } = await import('#client/signed-requests.ts')
  const region = iam.region ?? gatewayRegion(parsed)
  if (region === undefined) return ok(remoteControlPlane({ url: parsed.href }))
  const missing = await withoutCredentials(iam.credentials)
  if (missing !== undefined) return err(missing)
  return ok(remoteControlPlane({ url: parsed.href, authorise: signedRequests(region, iam.credentials) }))
}

/** Another program of this machine may have the port: it gets no token of the engine. */
function ownToken({ port }: URL, engine: Awaited<ReturnType<Remote['engine']>>): string | undefined {
  return engine !== undefined && new URL(engine.url).port === port ? engine.token : undefined
}

/** Looked for before anything is asked, so that this is no fault of the line. */
async function withoutCredentials(credentials: AwsCredentials): Promise<Problem | undefined> {
  try {
    await credentials()
    return undefined
  } catch (error) {
    return {
      code: 'NO-CREDENTIALS',
      message: `no credentials of AWS are found: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or FORKCAST_TOKEN, where tokens open it',
      exitCode: 4,
    }
  }
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
