import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { watchSpotNotice } from '../../src/container/spot-notice.ts'

type Answer = readonly [status: number, body: string]

/** A host that answers in turn when it is asked for its notice, and the last one from then on. */
async function host(answers: readonly Answer[]) {
  const asked: string[] = []
  let notices = 0
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${String(request.headers['x-aws-ec2-metadata-token'] ?? '')}`.trim())
    if (request.method === 'PUT') return void response.end(`token-${asked.length}`)
    const [status, body] = answers[Math.min(notices, answers.length - 1)] as Answer
    notices += 1
    response.writeHead(status).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const noticed: number[] = []
  const stop = watchSpotNotice({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock: { nowMs: () => 0 },
    onNotice: (atMs) => noticed.push(atMs),
    everyMs: 5,
  })
  return {
    asked,
    noticed,
    [Symbol.dispose]: () => {
      stop()
      server.closeAllConnections()
      server.close()
    },
  }
}

const none: Answer = [404, 'Not Found']
const notice: Answer = [200, '{"action":"terminate","time":"2026-11-21T08:22:00Z"}']

describe('the notice of a spot host', () => {
  it('is asked for with a token until it is given, and told once', async () => {
    using here = await host([none, none, notice])
    await vi.waitFor(() => expect(here.noticed).toStrictEqual([Date.UTC(2026, 10, 21, 8, 22)]))
    const path = '/latest/meta-data/spot/instance-action'
    expect(here.asked).toStrictEqual([
      'PUT /latest/api/token',
      `GET ${path} token-1`,
      `GET ${path} token-1`,
      `GET ${path} token-1`,
    ])
  })

  it('is asked for with another token when the old one has expired', async () => {
    using here = await host([[401, ''], notice])
    await vi.waitFor(() => expect(here.noticed).toHaveLength(1))
    expect(here.asked.at(-1)).toMatch(/token-3$/)
  })

  it('is no notice when it can’t be understood', async () => {
    using here = await host([[500, ''], [200, 'soon'], [200, '{"action":"stop","time":"soon"}'], none])
    await vi.waitFor(() => expect(here.asked.length).toBeGreaterThan(5))
    expect(here.noticed).toStrictEqual([])
  })
})
