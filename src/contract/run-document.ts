import type { Cause, Confidence } from '#core/failure/cause.ts'
import type { RemedyKind } from '#core/failure/remedy-kind.ts'
import type { Json } from '#core/json.ts'
import type { Basis, Quantiles } from '#core/prediction/prediction.ts'
import type { RunState } from '#core/run/run.ts'
import type { SlotState, WaitReason } from '#core/run/slot.ts'
import type { AttemptState, TaskState } from '#core/run/task.ts'

/** A run as users and scripts see it. Times are ISO 8601, what was not measured is `null`. */
export interface RunDocument {
  readonly schemaVersion: 1
  readonly id: string
  readonly tenant: string
  readonly workflow: string
  readonly workflowHash: string
  readonly params: Readonly<Record<string, Json>>
  readonly labels: Readonly<Record<string, string>>
  readonly priority: number
  /** Seconds from submission. */
  readonly deadline: number | null
  readonly budgetUsd: number | null
  readonly reservedUsd: number
  /** `interrupted` is derived: the run is not terminal and no engine is alive. */
  readonly state: RunState | 'interrupted'
  readonly planId: string | null
  readonly retryOf: string | null
  readonly error: string | null
  readonly createdAt: string
  readonly finishedAt: string | null
  readonly makespanS: number | null
  readonly costUsd: number
  readonly wastedCostUsd: number
  /** Tasks and instances by state; an expansion is not counted beside its instances. */
  readonly counts: Readonly<Record<TaskState, number>>
  readonly tasks?: readonly TaskDocument[]
  /** Of a run in a list: what of it is not as it was written. Tasks that were never ready are not counted then. */
  readonly damage?: string
}

/** A task, or one instance of a `forEach` task, as users see it. */
export interface TaskDocument {
  readonly id: string
  readonly state: TaskState
  readonly key: string | null
  /** `person`: it may have done its work, and must not be run again without being asked. */
  readonly waitingFor: WaitReason | 'predecessors' | 'person' | null
  /** The run that left the result, when it was taken over from there. */
  readonly reusedFrom: string | null
  readonly error: string | null
  readonly reason: string | null
  readonly onCriticalPath: boolean
  readonly needs: readonly string[]
  readonly predicted: { readonly durationS: Quantiles; readonly memoryMiB: Quantiles; readonly basis: Basis } | null
  readonly attempts: readonly AttemptDocument[]
}

export interface AttemptDocument {
  readonly number: number
  readonly state: AttemptState
  readonly cause: Cause | null
  readonly confidence: Confidence | null
  readonly evidence: string | null
  readonly remedy: RemedyKind | null
  /** Why that remedy, in words. */
  readonly reason: string | null
  /** How the result was chosen, in words. */
  readonly decision: string | null
  readonly slots: readonly SlotDocument[]
}

export interface SlotDocument {
  readonly clone: number
  readonly variant: string | null
  readonly kind: 'active' | 'standby'
  readonly state: SlotState
  readonly pool: string
  readonly reason: string
  /** Why a standby slot was called up. */
  readonly why: string | null
  readonly waitingFor: WaitReason | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  /** Seconds per phase, `null` for a phase not reached. */
  readonly timesS: {
    readonly waiting: number | null
    readonly starting: number | null
    readonly stagingIn: number | null
    readonly running: number | null
    readonly stagingOut: number | null
  }
  readonly bytesIn: number
  readonly bytesOut: number
  readonly cpuS: number | null
  readonly peakMemoryMiB: number | null
  readonly usageBasis: 'exact' | 'sampled' | 'none'
  readonly exitCode: number | null
  readonly cause: Cause | null
  /** What showed the cause: the last lines of stderr, or the pool's words. */
  readonly evidence: string | null
  readonly costUsd: number
}

/** An event as listed: one change of one row. */
export interface EventDocument {
  readonly cursor: string
  readonly at: string
  readonly kind: 'run' | 'task' | 'slot' | 'group' | 'ledger'
  /** The row: `run`, a task instance, a slot `clean[3]/1/0`, a group, `ledger`. */
  readonly id: string
  readonly version: number
  readonly type: string
  readonly data: Readonly<Record<string, Json>>
}
