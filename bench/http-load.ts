import { once } from 'node:events'
import { Agent, request as send } from 'node:http'
import { cpuOf } from './measured-process.ts'

/** A request that is made again and again. */
export interface Asked {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What many requests took, by one process that answers. */
export interface Load {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** User and system time of the process that answers, each. */
  readonly cpuMs: number
  /** Of the last answer. */
  readonly bytes: number
}

/** Makes requests from so many clients with a connection each, every one when its last is answered. @throws when one is refused. */
export async function load(
  pid: number,
  { count, clients, ask }: { readonly count: number; readonly clients: number; readonly ask: (at: number) => Asked },
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const took: number[] = []
  let bytes = 0
  let asked = 0
  const cpuBefore = cpuOf(pid)
  const startMs = performance.now()
  const client = async (): Promise<void> => {
    while (asked < count) {
      const sentMs = performance.now()
      const answer = await answered(ask(asked++), agent)
      took.push(performance.now() - sentMs)
      bytes = answer.length
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const wallMs = performance.now() - startMs
  agent.destroy()
  took.sort((a, b) => a - b)
  const quantile = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0
  return {
    perSecond: (count / wallMs) * 1000,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    cpuMs: (cpuOf(pid) - cpuBefore) / count,
    bytes,
  }
}

/** The answer to one request, whole. @throws when it is refused. */
export async function answered({ url, method = 'GET', headers = {}, body }: Asked, agent?: Agent): Promise<string> {
  const request = send(url, { method, headers, ...(agent === undefined ? {} : { agent }) })
  request.end(body)
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer> & { readonly statusCode?: number }]
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part)
  const text = Buffer.concat(parts).toString()
  if ((response.statusCode ?? 500) >= 300) throw new Error(`${method} ${url}: ${response.statusCode} ${text}`)
  return text
}
