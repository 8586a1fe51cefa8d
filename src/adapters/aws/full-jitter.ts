import { setTimeout as wait } from 'node:timers/promises'

const firstMs = 20
const longestMs = 1_000

/**
 * Waits before the next try, after `tries` of them: any time up to a bound that doubles from 20 ms to a second, so that
 * those who met once don't meet again.
 */
export async function fullJitter(tries: number): Promise<void> {
  await wait(Math.random() * Math.min(longestMs, firstMs * 2 ** (tries - 1)))
}
