import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { CallKnobs } from '#local/batch/api/call-fate.ts'
import type { BatchEndpoint } from '#local/batch/batch-endpoint.ts'
import type { EventKnobs } from '#local/batch/events/event-delivery.ts'

/** What scenarios, which run in processes of their own, turn at the endpoint of AWS Batch. */
export type BatchKnobs =
  | { readonly turn: 'events'; readonly to: Partial<EventKnobs> }
  | { readonly turn: 'calls'; readonly to: Partial<CallKnobs> }
  | { readonly turn: 'reclaim'; readonly jobId: string }

/** Serves the knobs of an endpoint on the loopback interface. */
export async function serveKnobs(
  endpoint: BatchEndpoint,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    void (async () => {
      const knobs = (await json(request)) as BatchKnobs
      if (knobs.turn === 'events') endpoint.tuneEvents(knobs.to)
      else if (knobs.turn === 'calls') endpoint.tuneCalls(knobs.to)
      else response.statusCode = endpoint.reclaimHostOf(knobs.jobId) ? 200 : 404
      response.end()
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
