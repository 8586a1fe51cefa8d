import { describe, expect, it } from 'vitest'
import { seededRandom } from '#core/random.ts'
import { EventDelivery, type EventKnobs } from '#local/batch/events/event-delivery.ts'
import type { JobEvent } from '#local/batch/events/job-event.ts'
import { createDrivenClock } from '../../builders/driven-clock.ts'
import { batchRig } from './batch-rig.ts'

/** What arrives of 200 events, one a second, that carry their number as id. */
async function arrivals(knobs: Partial<EventKnobs>, seed = 's') {
  const clock = createDrivenClock(0)
  const seen: { readonly id: number; readonly atMs: number }[] = []
  const delivery = new EventDelivery({
    clock,
    random: seededRandom(seed),
    sink: async ({ id }) => void seen.push({ id: Number(id), atMs: clock.nowMs() }),
    knobs,
    onError: () => undefined,
  })
  for (let id = 0; id < 200; id++) {
    delivery.send({ id: String(id) } as JobEvent)
    await clock.advance(1000)
  }
  await clock.advance(3_600_000)
  return seen
}

const ids = (seen: readonly { readonly id: number }[]) => seen.map(({ id }) => id)
const all = Array.from({ length: 200 }, (_, id) => id)

describe('events', () => {
  it('arrive once and in order when no knob is turned', async () => {
    expect(ids(await arrivals({}))).toStrictEqual(all)
  })

  it('drop: some never arrive', async () => {
    const seen = ids(await arrivals({ drop: 0.5 }))
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThan(60)
    expect(seen.length).toBeLessThan(140)
  })

  it('duplicate: all arrive, some twice', async () => {
    const seen = ids(await arrivals({ duplicate: 0.5 }))
    expect([...new Set(seen)]).toStrictEqual(all)
    expect(seen.length).toBeGreaterThan(260)
  })

  it('delay and reorder: all arrive, as late as told and in another order', async () => {
    const seen = await arrivals({ delayS: 10, reorderS: 30 })
    const lateS = seen.map(({ id, atMs }) => atMs / 1000 - id)
    expect(Math.min(...lateS)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...lateS)).toBeLessThan(40)
    expect(ids(seen)).not.toStrictEqual(all)
    expect(ids(seen).toSorted((a, b) => a - b)).toStrictEqual(all)
  })

  it('the seed fixes their fate', async () => {
    const knobs = { drop: 0.2, duplicate: 0.2, reorderS: 5 }
    expect(await arrivals(knobs)).toStrictEqual(await arrivals(knobs))
    expect(await arrivals(knobs)).not.toStrictEqual(await arrivals(knobs, 'another'))
  })

  it('one that the sink rejects comes again, and is given up in the end', async () => {
    const clock = createDrivenClock(0)
    const atS: number[] = []
    const errors: unknown[] = []
    const sink = async () => {
      atS.push(clock.nowMs() / 1000)
      throw new Error('not now')
    }
    const options = { clock, random: seededRandom('s'), sink, onError: (error: unknown) => errors.push(error) }
    new EventDelivery(options).send({} as JobEvent)
    await clock.advance(3_600_000)
    expect(atS).toStrictEqual([0, 1, 6, 36, 156, 756])
    expect(errors).toHaveLength(1)
  })

  it('have the shape that EventBridge gives them, with the job as it was then', async () => {
    const rig = batchRig()
    const id = await rig.submit()
    await rig.clock.advance(30_000)
    await rig.finish(id, 1)
    const [submitted, , , running, ended] = rig.events
    expect(submitted).toMatchObject({
      version: '0',
      'detail-type': 'Batch Job State Change',
      source: 'aws.batch',
      account: '000000000000',
      region: 'us-east-1',
      time: '2023-11-14T22:13:20Z',
      resources: [`arn:aws:batch:us-east-1:000000000000:job/${id}`],
      detail: { jobId: id, status: 'SUBMITTED', attempts: [], jobName: 'j' },
    })
    expect(running?.detail).toMatchObject({ status: 'RUNNING', attempts: [] })
    expect(ended?.detail).toMatchObject({ status: 'FAILED', container: { exitCode: 1 } })
    expect(new Set(rig.events.map((event) => event.id)).size).toBe(rig.events.length)
  })
})
