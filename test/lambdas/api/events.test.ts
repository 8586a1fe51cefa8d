import { describe, expect, it } from 'vitest'
import { apiRig, type Hold } from '../../builders/api-rig.ts'

const workflow = { apiVersion: 'forkcast/v1', name: 'events', tasks: { t: { run: 'x' } } }
const stream = { Accept: 'text/event-stream' }

interface Sent {
  readonly id: string
  readonly event: string
}

/** The events of a piece of a stream. */
function sentIn(body: string): readonly Sent[] {
  return body
    .split('\n\n')
    .filter((block) => block.startsWith('id:'))
    .map((block) => {
      const fields = Object.fromEntries(block.split('\n').map((one) => one.split(': ', 2) as [string, string]))
      return { id: fields['id'] ?? '', event: fields['event'] ?? '' }
    })
}

describe('a stream of events', () => {
  it('goes on after the last id, and says when it is over', async () => {
    const api = apiRig(() => ({ takesS: 1 }))
    const { runId } = (await api.ask('POST /workflows', { body: { workflow } })).json
    const got: Sent[] = []
    const next = () =>
      api.ask('GET /runs/latest/events?limit=2', {
        headers: got.length === 0 ? stream : { ...stream, 'Last-Event-ID': got.at(-1)?.id ?? '' },
      })
    got.push(...sentIn((await next()).body))
    expect(got).toHaveLength(2)
    await api.settle(runId)
    for (let piece = await next(); piece.status === 200; piece = await next()) {
      expect(piece.body).toMatch(/^retry: \d+\n\n/)
      got.push(...sentIn(piece.body))
    }
    const log = await api.log(runId)
    expect(got.map(({ event }) => event)).toStrictEqual(log.map(({ event }) => event.type))
    expect((await next()).status).toBe(204)
  })

  it('waits for what is new, and ends without it when its time is over', async () => {
    let news: PromiseWithResolvers<boolean> = Promise.withResolvers()
    let released = 0
    const hold = (): Hold => ({ news: () => news.promise, release: () => void (released += 1) })
    const api = apiRig(() => ({ takesS: 60 }), { ports: { hold } })
    const { runId } = (await api.ask('POST /workflows', { body: { workflow } })).json
    await api.clock.advance(10_000)
    const known = (await api.ask('GET /runs/latest/events')).json.events.at(-1)?.cursor ?? ''
    const headers = { ...stream, 'Last-Event-ID': known }
    const waiting = api.ask('GET /runs/latest/events', { headers })
    await api.clock.advance(100_000)
    const { resolve } = news
    news = Promise.withResolvers()
    resolve(true)
    expect(sentIn((await waiting).body).map(({ event }) => event)).toContain('task.committed')
    const idle = apiRig(() => ({ takesS: 60 }), { store: api.store, objects: api.objects, ports: { hold } })
    await idle.ask(`POST /workflows`, { body: { workflow } })
    await idle.clock.advance(10_000)
    const last = (await idle.ask('GET /runs/latest/events')).json.events.at(-1)?.cursor ?? ''
    const ended = idle.ask('GET /runs/latest/events', { headers: { ...stream, 'Last-Event-ID': last } })
    news.resolve(false)
    expect(sentIn((await ended).body)).toStrictEqual([])
    expect(released).toBe(2)
    expect(runId).toMatch(/^run_/)
  })

  it.each(['x', '1', 'MQ.00000000', '../x'])('refuses the last id %s', async (id) => {
    const api = apiRig(() => ({ takesS: 1 }))
    await api.ask('POST /workflows', { body: { workflow } })
    expect((await api.ask('GET /runs/latest/events', { headers: { ...stream, 'Last-Event-ID': id } })).status).toBe(400)
  })

  it('of no run is none', async () => {
    expect((await apiRig(() => ({ takesS: 1 })).ask('GET /runs/latest/events', { headers: stream })).status).toBe(404)
  })
})
