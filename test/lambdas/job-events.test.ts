import { describe, expect, it } from 'vitest'
import { batchParameters } from '#contract/batch-job.ts'
import type { Ports } from '#operations/ports.ts'
import { jobEventsHandler } from '../../lambdas/job-events/handler.ts'
import { jobOf } from '../builders/emulation.ts'
import { queueEvent } from '../builders/queue-records.ts'

const change = (task: string, status: string, parameters?: object) => {
  const { job, slot, pool } = jobOf(task, 'warm-cpu')
  const detail = {
    status,
    createdAt: 1,
    stoppedAt: 5,
    parameters: parameters ?? batchParameters({ job, slot, pool }, 'act'),
  }
  return JSON.stringify({ 'detail-type': 'Batch Job State Change', detail })
}

/** A store without slots: what is acted on asks for a slot, and then for a dispatch. */
function open(get: (task: string) => void = () => undefined) {
  const asked: string[] = []
  const errors: unknown[] = []
  const ports = {
    store: {
      rows: {
        get: async (_run: string, _kind: string, key: string) => {
          get(key)
          asked.push(key)
        },
      },
    },
    dispatcher: { request: async () => undefined },
  } as unknown as Ports
  return { asked, errors, handle: jobEventsHandler(ports, (error) => errors.push(error)) }
}

describe('the handler of job events', () => {
  it('acts on ends, as often as they are told, and on nothing else', async () => {
    const { asked, handle } = open()
    const bodies = [
      change('a', 'FAILED'),
      change('b', 'RUNNING'),
      change('c', 'SUCCEEDED'),
      change('a', 'FAILED'),
      change('d', 'FAILED', { of: 'another' }),
    ]
    expect(await handle(queueEvent(bodies))).toStrictEqual({ batchItemFailures: [] })
    expect(asked).toStrictEqual(['a/1/0', 'c/1/0', 'a/1/0'])
  })

  it('gives back the ones that failed, and only those', async () => {
    const { errors, handle } = open((key) => {
      if (key === 'b/1/0') throw new Error('no store')
    })
    const bodies = [change('a', 'FAILED'), change('b', 'FAILED'), 'no JSON']
    const { batchItemFailures } = await handle(queueEvent(bodies))
    expect(batchItemFailures).toStrictEqual([{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }])
    expect(errors).toHaveLength(2)
  })
})
