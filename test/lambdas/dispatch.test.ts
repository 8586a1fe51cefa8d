import { describe, expect, it } from 'vitest'
import type { Ports } from '#operations/ports.ts'
import { dispatchHandler } from '../../lambdas/dispatch/handler.ts'
import { queueEvent } from '../builders/queue-records.ts'

/** Ports without room, so that a dispatch is one look at the capacity. */
function open(look: () => Promise<void> = async () => undefined) {
  let looks = 0
  const capacity = async () => {
    looks += 1
    await look()
    return { total: { vcpus: 0 }, pools: {} }
  }
  return { looks: () => looks, handle: dispatchHandler({ pools: { capacity } } as unknown as Ports) }
}

describe('the handler of dispatch requests', () => {
  it('serves all that came together by one dispatch, whatever they say', async () => {
    const under = open()
    await under.handle(queueEvent(['dispatch', 'dispatch', '']))
    expect(under.looks()).toBe(1)
  })

  it('does nothing when nobody asked', async () => {
    const under = open()
    await under.handle(queueEvent([]))
    expect(under.looks()).toBe(0)
  })

  it('fails as a whole when the dispatch does, so that the requests come again', async () => {
    const under = open(async () => {
      throw new Error('no capacity known')
    })
    await expect(under.handle(queueEvent(['dispatch']))).rejects.toThrow('no capacity known')
  })
})
