import type { Cause, Failure } from '#core/failure/cause.ts'
import { choosePools } from '#core/planning/choose-pools.ts'
import type { Placement, PlannedSlot } from '#core/planning/plan.ts'
import type { Pool } from '#core/pools/pool.ts'
import type { Task } from '#core/workflow/workflow.ts'

/** A slot as it was in an attempt that failed; the slot's row is one. */
export type FailedSlot = PlannedSlot & { readonly failure: Pick<Failure, 'cause'> | null }

/** What places are chosen by. */
export interface Surroundings {
  readonly task: Pick<Task, 'pool'>
  readonly placement: Pick<Placement, 'predicted' | 'onCriticalPath'>
  readonly pools: readonly Pool[]
  /** The run's. */
  readonly priority: number
  /** Where the clone was that failed last. */
  readonly pool: string
  /** Attempts that ended by a reclaim, this one included. */
  readonly reclaims: number
}

/** Slots of the next attempt, and where its active ones are. */
export interface Moved {
  readonly slots: readonly PlannedSlot[]
  readonly isMoved: boolean
  /** Whether a slot went from spot to on-demand. */
  readonly isSteadier: boolean
  readonly places: string
}

/** Reclaims of a task after which its clones go to on-demand capacity. */
const reclaimsBeforeOnDemand = 2

/** Causes that lie in the place: the same size may do elsewhere. */
const ofThePlace: ReadonlySet<Cause> = new Set<Cause>([
  'reclaimed',
  'host-lost',
  'out-of-disk',
  'start-failed',
  'no-capacity',
])

/**
 * The slots of the next attempt. One goes to the best other pool when its pool failed a clone of the attempt, when it does
 * not fit there any more, or when reclaims call for on-demand; apart from the others while there are pools enough. It
 * stays where no other pool takes it.
 */
export function movedSlots(failed: readonly FailedSlot[], around: Surroundings, cause: Cause): Moved {
  const badPlaces = failed.filter(({ failure }) => failure !== null && ofThePlace.has(failure.cause))
  const avoided = new Set(ofThePlace.has(cause) ? [around.pool, ...badPlaces.map(({ pool }) => pool)] : [])
  const wanted = failed.map((slot) => ({ slot, targets: targetsOf(slot, around, avoided) }))
  const isKept = ({ slot, targets }: (typeof wanted)[number]): boolean =>
    targets.length === 0 || targets.some(({ id }) => id === slot.pool)
  const taken = new Set(wanted.filter(isKept).map(({ slot }) => slot.pool))
  const isSpot = (id: string): boolean => around.pools.find((pool) => pool.id === id)?.purchase !== 'on-demand'
  let isSteadier = false
  let isMoved = false
  const slots = wanted.map((one): PlannedSlot => {
    const { slot, targets } = one
    const { kind, pool: from, reason, variant, resources, timeoutS } = slot
    if (isKept(one)) return { kind, pool: from, reason, variant, resources, timeoutS }
    const { id: pool, purchase } = (targets.find(({ id }) => !taken.has(id)) ?? targets[0]) as Pool
    taken.add(pool)
    isMoved = true
    const steadier = purchase === 'on-demand' && isSpot(from) && around.reclaims >= reclaimsBeforeOnDemand
    isSteadier ||= steadier
    const why = steadier ? `on-demand after ${around.reclaims} reclaims` : `after ${cause}`
    return { kind, pool, reason: `moved from ${from}, ${why}`, variant, resources, timeoutS }
  })
  const active = slots.filter(({ kind }) => kind === 'active').map(({ pool }) => pool)
  return { slots, isMoved, isSteadier, places: [...new Set(active)].join(', ') }
}

/** Pools for a slot, best first: on-demand ones once reclaims call for it; none that is avoided while there are others. */
function targetsOf(slot: PlannedSlot, around: Surroundings, avoided: ReadonlySet<string>): readonly Pool[] {
  const { task, pools, placement, priority, reclaims } = around
  const asked = { pool: task.pool, resources: slot.resources }
  const { predicted, onCriticalPath } = placement
  const able = choosePools(asked, pools, predicted, { priority, onCriticalPath }).map(({ pool }) => pool)
  const steady = reclaims >= reclaimsBeforeOnDemand ? able.filter(({ purchase }) => purchase === 'on-demand') : []
  const choice = steady.length > 0 ? steady : able
  const others = choice.filter(({ id }) => !avoided.has(id))
  return others.length > 0 ? others : choice
}
