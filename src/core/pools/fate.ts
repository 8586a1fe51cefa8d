import type { EmulatedPool } from '#core/pools/emulation.ts'
import { exponential, lognormal, type Random } from '#core/random.ts'

/** What awaits a job in an emulated pool. */
export interface Fate {
  /** The id of the host that it would run on. */
  readonly host: string
  readonly startDelayS: number
  /** Seconds from its start until its own host is taken away; `null`: not by chance. */
  readonly reclaimAfterS: number | null
}

/** Draws a job's fate: at most five numbers. */
export function drawFate({ startDelay, reclaim }: Pick<EmulatedPool, 'startDelay' | 'reclaim'>, random: Random): Fate {
  const host = `i-0${hex(random, 8)}${hex(random, 8)}`
  const startDelayS =
    startDelay.kind === 'fixed' ? startDelay.seconds : lognormal(random, startDelay.p50S, startDelay.p90S)
  const reclaimAfterS =
    reclaim.kind === 'rate' && reclaim.perHour > 0 ? exponential(random, 3600 / reclaim.perHour) : null
  return { host, startDelayS, reclaimAfterS }
}

function hex(random: Random, digits: number): string {
  return Math.floor(random.next() * 16 ** digits)
    .toString(16)
    .padStart(digits, '0')
}
