import { choosePools, mostMemoryMiB, type Option } from '#core/planning/choose-pools.ts'
import { cloneCount } from '#core/planning/clone-count.ts'
import { hedgeAfter } from '#core/planning/hedge-after.ts'
import { inSeconds } from '#core/planning/in-seconds.ts'
import { learnedMemory } from '#core/planning/learned-memory.ts'
import type { Placement, PlannedSlot } from '#core/planning/plan.ts'
import { timeLimit } from '#core/planning/time-limit.ts'
import type { Pool, Room } from '#core/pools/pool.ts'
import { failureWords } from '#core/prediction/failure-counts.ts'
import type { Prediction, Sample } from '#core/prediction/prediction.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunPolicy } from '#core/run/run.ts'
import { unreachable } from '#core/unreachable.ts'
import type { Resources, Task } from '#core/workflow/workflow.ts'

/** What the planner knows of a task's place in its run. */
export interface TaskContext {
  readonly pools: readonly Pool[]
  /** Newest first. */
  readonly samples: readonly Sample[]
  readonly prediction: Prediction
  readonly policy: RunPolicy
  readonly priority: number
  /** The run's; with one, every clone has a limit. */
  readonly budgetUsd: number | null
  readonly onCriticalPath: boolean
  /** How many times as much an hour is worth as the priority says. */
  readonly hurry: number
  /** Longest predicted path from the start of this task to an end. */
  readonly pathToEndS: number
}

/** What one kind of clone of a task asks for. */
export interface Shape {
  readonly variant: string | null
  readonly resources: Resources
  /** Why it asks for more than the user wrote. */
  readonly why: string | null
}

/** A point of priority outweighs any path (100,000 tasks of 14 days), and ranks still tell hundredths of a second. */
const priorityWeight = 1e12

/** The shapes of a task's clones, with the memory that history taught: one, or one a variant. */
export function shapesOf(task: Task, pools: readonly Pool[], samples: readonly Sample[]): readonly Shape[] {
  const asked: readonly Omit<Shape, 'why'>[] =
    task.variants.length === 0
      ? [{ variant: null, resources: task.resources }]
      : task.variants.map(({ name, resources }) => ({ variant: name, resources }))
  return asked.map(({ variant, resources }) => {
    const mostMiB = mostMemoryMiB({ pool: task.pool, resources }, pools) ?? resources.memoryMiB
    const own = samples.filter((sample) => sample.variant === variant)
    const { memoryMiB, why } = learnedMemory(resources.memoryMiB, mostMiB, own)
    return { variant, resources: { ...resources, memoryMiB }, why }
  })
}

/**
 * Pool, slots and reasons for one task, or why no pool can take it. Clone n of a task with variants is its n-th variant,
 * with pools of its own; clones are apart from each other while there are pools enough.
 */
export function placeTask(task: Task, context: TaskContext): Result<Placement, string> {
  const shapes = shapesOf(task, context.pools, context.samples).map((shape) => ({
    ...shape,
    options: choosePools({ pool: task.pool, resources: shape.resources }, context.pools, context.prediction, context),
  }))
  const homeless = shapes.find(({ options }) => options.length === 0)
  if (homeless !== undefined) return err(noPool(task, homeless, context.pools))
  const [first] = shapes as [(typeof shapes)[number]]
  const [best] = first.options as readonly [Option]
  const clones = cloneCount(task, context)
  const limit = timeLimit(task.timeoutS, context.budgetUsd, context.prediction, context.samples)

  const used = new Map<string, number>()
  const slots: PlannedSlot[] = []
  for (let clone = 0; clone < clones.count; clone++) {
    const { variant, resources, options } = shapes[clone] ?? first
    const { pool, said } = leastUsed(options, used)
    const role =
      variant === null ? (clone === 0 ? 'best of the pools that fit' : `clone ${clone}`) : `variant ${variant}`
    const reason = `${role}: ${said} (${clones.why})`
    slots.push({ kind: 'active', pool, reason, variant, resources, timeoutS: limit.timeoutS })
  }
  const { startDelayS } = best.pool
  const hedge = hedgeAfter(task, { ...context, clones: clones.count, startDelayS })
  if (hedge.afterS !== null) {
    const { pool, said } = standbyPlace(first.options, best, slots)
    const reason = `${hedge.why}: ${said}`
    slots.push({ kind: 'standby', pool, reason, variant: null, resources: first.resources, timeoutS: limit.timeoutS })
  }
  return ok({
    task: task.id,
    slots,
    hedgeAfterS: hedge.afterS,
    rank: context.priority * priorityWeight + context.pathToEndS,
    onCriticalPath: context.onCriticalPath,
    predicted: context.prediction,
    reason: [
      `${best.pool.id}: ${words(best)}`,
      context.onCriticalPath ? 'on the critical path' : 'off the critical path',
      basisWords(context.prediction),
      clones.why,
      hedge.why,
      ...shapes.map(({ variant, why }) => (variant === null || why === null ? why : `${variant}: ${why}`)),
      limit.why,
      failureWords(context.samples),
    ]
      .filter((part) => part !== null)
      .join('; '),
  })
}

interface Place {
  readonly pool: string
  readonly said: string
}

/** The best of the pools that the fewest clones are on. */
function leastUsed(options: readonly Option[], used: Map<string, number>): Place {
  const fewest = Math.min(...options.map(({ pool }) => used.get(pool.id) ?? 0))
  const option = options.find(({ pool }) => (used.get(pool.id) ?? 0) === fewest) as Option
  used.set(option.pool.id, fewest + 1)
  return { pool: option.pool.id, said: words(option) }
}

/** The best pool that no active slot is on; the best one when all are taken. */
function standbyPlace(options: readonly Option[], best: Option, active: readonly PlannedSlot[]): Place {
  const taken = new Set(active.map((slot) => slot.pool))
  const option = options.find((candidate) => !taken.has(candidate.pool.id)) ?? best
  return { pool: option.pool.id, said: words(option) }
}

function words({ pool, size, finishS, costUsd }: Option): string {
  const sized = size.reason === null ? '' : `, ${size.reason}`
  return `${pool.tier} ${pool.purchase}, starts in ${inSeconds(pool.startDelayS)}, done in about ${inSeconds(finishS)} for ${costUsd.toFixed(6)} USD${sized}`
}

function basisWords(prediction: Prediction): string {
  const { basis, durationS } = prediction
  switch (basis.kind) {
    case 'history':
      return `p50 ${inSeconds(durationS.p50)} from ${basis.samples} past clones`
    case 'estimate':
      return `p50 ${inSeconds(durationS.p50)} as estimated`
    case 'none':
      return 'nothing known of its duration'
    default:
      return unreachable(basis)
  }
}

function noPool(task: Task, { variant, resources }: Shape, pools: readonly Pool[]): string {
  const wish = Object.values(task.pool).join(' ') || 'any pool'
  const had = pools.map((pool) => `${pool.id} (${roomWords(pool)}${largestWords(pool)})`)
  const asked = `${roomWords(resources)} on ${wish}`
  const who = variant === null ? `task ${task.id}` : `variant ${variant} of task ${task.id}`
  return `no pool takes ${who}: it asks for ${asked}; there are ${had.join(', ') || 'none'}`
}

/** What one clone may have at most, where that is less than the pool. */
function largestWords({ platform }: Pool): string {
  if (platform.kind === 'machine') return ''
  if (platform.kind === 'FARGATE') return '; Fargate at most 16 vCPU, 122880 MiB, 0 GPU'
  return `; one host at most ${platform.hosts.map(roomWords).join(', or ') || 'nothing'}`
}

function roomWords({ vcpus, memoryMiB, gpus }: Room): string {
  return `${vcpus} vCPU, ${memoryMiB} MiB, ${gpus} GPU`
}
