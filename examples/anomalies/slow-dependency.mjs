import { setTimeout as delay } from 'node:timers/promises'

/**
 * Emulates a slow dependency, such as a storage shard that answers late: for the one series named `slowSeries`, clone 0 of
 * the first attempt waits `stallS` seconds before it goes on. It burns no CPU, and a sibling clone, which another replica
 * would serve, does not wait. A wait that hits every run alike shows what racing clones buys; a real one would hit at random.
 * @param {{ series: string, slowSeries: string, stallS: number }} options
 * @param {Readonly<Record<string, string | undefined>>} environment
 */
export async function awaitDependency({ series, slowSeries, stallS }, environment) {
  if (series === slowSeries && environment.FORKCAST_CLONE === '0' && environment.FORKCAST_ATTEMPT === '1') {
    console.error(`${series}: the emulated slow dependency answers in ${stallS} s`)
    await delay(stallS * 1000)
  }
}
