import { z } from 'zod'
import type { Clock } from '#ports/clock.ts'

/** Where a host of EC2 is told of itself, by version 2 of the service. */
const metadataUrl = 'http://169.254.169.254'
const everyMs = 5_000
const answeredWithinMs = 2_000
const tokenS = 21_600

const notice = z.object({ action: z.string(), time: z.iso.datetime() })

export interface SpotWatch {
  readonly clock: Clock
  /** Told once, of when the host is taken away. */
  readonly onNotice: (atMs: number) => void
  /** @default the link-local address of EC2 */
  readonly url?: string
  /** @default 5000 */
  readonly everyMs?: number
}

/**
 * Asks the host every 5 seconds whether it has notice that it is taken away: about two minutes before. Whatever goes wrong is passed
 * over: the notice is a courtesy, and a container may not reach the service at all. Returns what ends the watch.
 */
export function watchSpotNotice(watch: SpotWatch): () => void {
  const { clock, onNotice, url = metadataUrl } = watch
  let token: string | undefined
  let isAsking = false
  const call = async (path: string, init: RequestInit): Promise<Response> =>
    await fetch(`${url}/latest/${path}`, { ...init, signal: AbortSignal.timeout(answeredWithinMs) })
  const askForToken = async (): Promise<string | undefined> => {
    const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': `${tokenS}` }
    const answer = await call('api/token', { method: 'PUT', headers })
    return answer.ok ? await answer.text() : undefined
  }
  const ask = async (): Promise<void> => {
    token ??= await askForToken()
    if (token === undefined) return
    const answer = await call('meta-data/spot/instance-action', { headers: { 'x-aws-ec2-metadata-token': token } })
    if (answer.status === 401) token = undefined
    if (!answer.ok) return void (await answer.arrayBuffer())
    const { time } = notice.parse(await answer.json())
    clearInterval(timer)
    onNotice(Math.max(clock.nowMs(), Date.parse(time)))
  }
  const timer = setInterval(() => {
    if (isAsking) return
    isAsking = true
    ask()
      .catch(() => undefined)
      .finally(() => (isAsking = false))
  }, watch.everyMs ?? everyMs).unref()
  return () => clearInterval(timer)
}
