import { describe, expect, it } from 'vitest'
import type { Ports } from '#operations/ports.ts'
import { dispatchHandler } from '../../lambdas/dispatch/handler.ts'
import { runId } from '../builders/emulation.ts'
import { queueEvent } from '../builders/queue-records.ts'

function unexpected(error: unknown): never {
  throw error
}

/** Ports without room, so that a dispatch is one look at the capacity. */
function open(look: () => Promise<void> = async () => undefined) {
  let looks = 0
  const capacity = async () => {
    looks += 1
    await look()
    return { total: { vcpus: 0 }, pools: {} }
  }
  return {
    looks: () => looks,
    handle: dispatchHandler({ pools: { capacity }, clock: { nowMs: () => 0 } } as unknown as Ports, unexpected),
  }
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

  it('leaves to another dispatch what it has no time for', async () => {
    let nowMs = 0
    let requests = 0
    const slot = { id: 'A/1/0', value: { run: runId() } }
    const ports = {
      clock: { nowMs: () => nowMs },
      dispatcher: { request: async () => void (requests += 1) },
      pools: {
        capacity: async () => {
          nowMs += 30_000
          return { total: { vcpus: 1 }, pools: { hot: { vcpus: 1 } } }
        },
        describe: async () => [],
      },
      // As many as are asked for, of a run that is over by now: each look is followed by a longer one.
      store: {
        rows: {
          waiting: async (limit: number) => Array.from({ length: limit }, () => slot),
          get: async () => ({ value: { id: runId(), state: 'cancelled' } }),
        },
      },
    }
    await dispatchHandler(ports as unknown as Ports, unexpected)(queueEvent(['dispatch']))
    expect([nowMs, requests]).toStrictEqual([60_000, 1])
  })

  it('looks first for what another dispatch has left when requests come again, and goes on whatever becomes of that', async () => {
    const told: unknown[] = []
    let looks = 0
    const ports = {
      clock: { nowMs: () => 0 },
      pools: { capacity: async () => ({ total: { vcpus: 0 }, pools: {} }) },
      store: {
        rows: {
          busy: async () => {
            looks += 1
            throw new Error('the store refuses')
          },
        },
      },
    }
    const handle = dispatchHandler(ports as unknown as Ports, (error) => told.push(error))
    await handle(queueEvent(['dispatch']))
    expect(looks).toBe(0)
    await handle(queueEvent(['dispatch'], 2))
    expect([looks, told]).toStrictEqual([1, [new Error('the store refuses')]])
  })
})
