import type { CancelAlarm } from '#adapters/local/alarm-clock.ts'
import type { EmulatedPool, Reclaim } from '#core/pools/emulation.ts'
import type { Fate } from '#core/pools/fate.ts'
import type { Room } from '#core/pools/pool.ts'

/** What stands in for the hosts of an environment: how long they take to come, and when they are taken away. */
export interface HostEmulation extends Pick<EmulatedPool, 'startDelay'> {
  readonly reclaim: Exclude<Reclaim, { kind: 'nth' }>
}

/** A host that does not exist: room for jobs, from the moment when it is ready until it is gone. */
export interface Host {
  readonly fate: Fate
  readonly room: Room
  free: Room
  /** Jobs that hold a place on it. */
  readonly jobs: Set<string>
  isReady: boolean
  /** It takes no further job, and is gone with its last one. */
  isLeaving: boolean
  hasRun: boolean
  /** Since when no job is on it. */
  idleSinceMs: number
  cancelAlarm: CancelAlarm
  cancelIdle: CancelAlarm
}
