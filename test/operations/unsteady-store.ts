import { setImmediate as turn } from 'node:timers/promises'
import { seededRandom, type Random } from '#core/random.ts'
import type { Rows, Store } from '#ports/store.ts'

/** Turns of the event loop that a call takes at most, on its way and on its way back. */
const longest = 2

/**
 * A store whose calls take their time, each another, so that what runs at once comes to it in many orders and with
 * answers that are old by the time they are read. The same seed gives the same delays.
 */
export function unsteady(store: Store, seed: string): Store {
  const random = seededRandom(seed)
  return { rows: slowly(store.rows, random), log: store.log, history: store.history }
}

function slowly(rows: Rows, random: Random): Rows {
  const wait = async (): Promise<void> => {
    for (let turns = Math.floor(random.next() * (longest + 1)); turns > 0; turns -= 1) await turn()
  }
  return new Proxy(rows, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return async (...args: readonly unknown[]): Promise<unknown> => {
        await wait()
        const answer: unknown = await Reflect.apply(member, target, args)
        await wait()
        return answer
      }
    },
  })
}
