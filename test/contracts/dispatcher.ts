import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Dispatcher } from '#ports/dispatcher.ts'

/** What the suite needs of an adapter: its dispatcher, and a hand on the dispatches that it leads to. */
export interface DispatcherUnderTest {
  readonly dispatcher: Dispatcher
  /** Dispatches begun so far. */
  begun(): number
  /** Ends the dispatch that runs. */
  end(): Promise<void>
  /** Lets so much time go by that whatever can happen has happened. */
  goOn(): Promise<void>
  close(): Promise<void>
}

/** What every adapter of the `Dispatcher` port keeps. */
export function dispatcherContract(open: () => Promise<DispatcherUnderTest>): void {
  describe('the contract of dispatchers', () => {
    let under: DispatcherUnderTest
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.close())

    it('leads from a request to a dispatch', async () => {
      await under.dispatcher.request()
      await under.goOn()
      expect(under.begun()).toBe(1)
      await under.end()
    })

    it('never runs two at a time, and misses no request that came while one ran', async () => {
      await under.dispatcher.request()
      await under.goOn()
      await under.dispatcher.request()
      await under.goOn()
      expect(under.begun()).toBe(1)
      await under.end()
      await under.goOn()
      expect(under.begun()).toBe(2)
      await under.end()
    })

    it('comes to rest when nobody asks', async () => {
      await under.dispatcher.request()
      await under.goOn()
      await under.end()
      await under.goOn()
      expect(under.begun()).toBe(1)
    })
  })
}
