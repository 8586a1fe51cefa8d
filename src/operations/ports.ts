import type { Definitions } from '#operations/definitions.ts'
import type { Clock } from '#ports/clock.ts'
import type { Dispatcher } from '#ports/dispatcher.ts'
import type { Executions } from '#ports/executions.ts'
import type { Ids } from '#ports/ids.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Pools } from '#ports/pools.ts'
import type { Store } from '#ports/store.ts'
import type { Timers } from '#ports/timers.ts'

/** What operations need from outside. Each takes the few it uses. */
export interface Ports {
  readonly store: Store
  readonly objects: ObjectStore
  readonly executions: Executions
  readonly pools: Pools
  readonly timers: Timers
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly ids: Ids
  readonly definitions: Definitions
}
