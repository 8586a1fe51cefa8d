import type { Failure } from '#core/failure/cause.ts'
import type { RemedyKind } from '#core/failure/remedy-kind.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Manifest } from '#core/run/manifest.ts'
import type { EachValue } from '#core/workflow/expand.ts'

/** States of a task or an instance of it; the last four are terminal and final. */
export const taskStates = ['pending', 'ready', 'running', 'committed', 'failed', 'skipped', 'cancelled'] as const
export type TaskState = (typeof taskStates)[number]

/** States of an attempt; all but `running` are terminal. */
export const attemptStates = ['running', 'committed', 'failed', 'cancelled', 'in-doubt'] as const
export type AttemptState = (typeof attemptStates)[number]

/** One try at a task. */
export interface AttemptRecord {
  readonly number: number
  readonly state: AttemptState
  /** Slots of the attempt, standby ones included; clones are numbered from 0. */
  readonly slots: number
  /** Why it left no result: that of the clone that failed last, or of the decision. */
  readonly failure: Failure | null
  /** What is done about the cause, and why that, in words. */
  readonly remedy: RemedyKind | null
  readonly reason: string | null
  /** How the result was chosen, in words. */
  readonly decision: string | null
  readonly startedAtMs: number
  readonly endedAtMs: number | null
}

/** `nothing`: its condition, or data that is not there, and no failure. `stop`: the run was stopping. */
export type SkippedFor = 'failure' | 'nothing' | 'stop'

/**
 * A task that has become ready, or one instance of it, or (for `forEach`) the expansion that holds its instances:
 * an expansion has `instances` and no attempts of its own.
 */
export interface TaskRecord {
  readonly run: RunId
  /** `clean` or `clean[3]`. */
  readonly id: string
  readonly task: string
  readonly index: number | null
  readonly key: string | null
  readonly values: Readonly<Record<string, EachValue>>
  readonly instances: number | null
  readonly state: TaskState
  readonly attempts: readonly AttemptRecord[]
  /** The committed result. */
  readonly outputs: Manifest | null
  /** The run that left the result, when it was taken over from there. */
  readonly reusedFrom: RunId | null
  /** What a skipped task was skipped for. */
  readonly skippedFor: SkippedFor | null
  readonly error: string | null
  readonly readyAtMs: number
  readonly endedAtMs: number | null
}

export type TaskEvent =
  | {
      readonly type: 'task.ready'
      readonly atMs: number
      readonly run: RunId
      readonly id: string
      readonly task: string
      readonly index: number | null
      readonly key: string | null
      readonly values: Readonly<Record<string, EachValue>>
    }
  /** A `forEach` task's list is known; its instances become ready on their own. */
  | {
      readonly type: 'task.expanded'
      readonly atMs: number
      readonly run: RunId
      readonly id: string
      readonly instances: number
    }
  | {
      readonly type: 'attempt.started'
      readonly atMs: number
      readonly number: number
      readonly slots: number
    }
  | {
      readonly type: 'attempt.failed'
      readonly atMs: number
      readonly failure: Failure
      readonly remedy: RemedyKind
      readonly reason: string
    }
  /** It may have done its work or not, and must not be run again without being asked. */
  | { readonly type: 'attempt.in-doubt'; readonly atMs: number; readonly failure: Failure; readonly reason: string }
  /** `decision`: how the result was chosen, in words; `null` for an expansion. */
  | {
      readonly type: 'task.committed'
      readonly atMs: number
      readonly outputs: Manifest
      readonly decision: string | null
    }
  /** Committed in the run that this one is a retry of. */
  | {
      readonly type: 'task.reused'
      readonly atMs: number
      readonly run: RunId
      readonly id: string
      readonly task: string
      readonly index: number | null
      readonly key: string | null
      readonly values: Readonly<Record<string, EachValue>>
      readonly outputs: Manifest
      readonly from: RunId
    }
  | { readonly type: 'task.failed'; readonly atMs: number; readonly error: string }
  /** Never ready: something it needs is not there, its condition does not hold, or the run stops. */
  | {
      readonly type: 'task.skipped'
      readonly atMs: number
      readonly run: RunId
      readonly id: string
      readonly task: string
      readonly index: number | null
      readonly why: string
      readonly for: SkippedFor
    }
  | { readonly type: 'task.cancelled'; readonly atMs: number; readonly why: string }

/** Whether the task's state is final. */
export function isTaskTerminal(state: TaskState): boolean {
  return state === 'committed' || state === 'failed' || state === 'skipped' || state === 'cancelled'
}

/** Which events a state accepts. `pending` is how a task without a row is shown: nothing happens to it. */
const accepts: Readonly<Record<TaskState | 'absent', readonly TaskEvent['type'][]>> = {
  absent: ['task.ready', 'task.expanded', 'task.skipped', 'task.reused'],
  pending: [],
  ready: ['attempt.started', 'task.cancelled'],
  running: ['attempt.started', 'attempt.failed', 'attempt.in-doubt', 'task.committed', 'task.failed', 'task.cancelled'],
  committed: [],
  failed: [],
  skipped: [],
  cancelled: [],
}

/**
 * Why `event` can't happen to the task as it is, in words; `undefined` when it can. Attempts are numbered from 1 and run one
 * at a time; a result comes from the one that runs, a failure from one that has ended. An expansion has no attempts: its
 * instances end it. Total over rows × events.
 */
export function taskRefusal(task: TaskRecord | undefined, event: TaskEvent): string | undefined {
  const state = task?.state ?? 'absent'
  if (!accepts[state].includes(event.type)) return `a task in state ${state} does not accept ${event.type}`
  if (task === undefined) return undefined
  const expansion = task.instances !== null
  const last = latestAttempt(task)
  const runs = last?.state === 'running'
  switch (event.type) {
    case 'attempt.started': {
      if (expansion) return 'an expansion has no attempts of its own'
      if (runs) return `attempt ${last.number} runs still`
      const next = task.attempts.length + 1
      return event.number === next ? undefined : `attempt ${next} is next, not ${event.number}`
    }
    case 'attempt.failed':
    case 'attempt.in-doubt':
      return runs ? undefined : 'no attempt runs'
    case 'task.committed':
      return runs || expansion ? undefined : 'no attempt runs'
    case 'task.failed':
      if (last?.state === 'in-doubt') return `attempt ${last.number} is in doubt`
      return runs ? `attempt ${last.number} runs still` : undefined
    default:
      return undefined
  }
}

/** The attempt that is being run, or was run last. */
export function latestAttempt(task: TaskRecord): AttemptRecord | undefined {
  return task.attempts.at(-1)
}

/** The task after `event`. @throws when the task refuses it, which is a bug of the caller. */
export function evolveTask(task: TaskRecord | undefined, event: TaskEvent): TaskRecord {
  const refusal = taskRefusal(task, event)
  if (refusal !== undefined) throw new Error(refusal)
  switch (event.type) {
    case 'task.ready':
      return { ...blank(event), key: event.key, values: event.values, state: 'ready' }
    case 'task.expanded':
      return {
        ...blank({ ...event, task: event.id, index: null }),
        state: 'running',
        instances: event.instances,
      }
    case 'task.skipped':
      return { ...blank(event), state: 'skipped', skippedFor: event.for, error: event.why, endedAtMs: event.atMs }
    case 'task.reused':
      return {
        ...blank(event),
        key: event.key,
        values: event.values,
        state: 'committed',
        outputs: event.outputs,
        reusedFrom: event.from,
        endedAtMs: event.atMs,
      }
    default:
      return ongoing(task as TaskRecord, event)
  }
}

function ongoing(
  task: TaskRecord,
  event: Exclude<TaskEvent, { type: 'task.ready' | 'task.expanded' | 'task.skipped' | 'task.reused' }>,
): TaskRecord {
  switch (event.type) {
    case 'attempt.started': {
      const attempt: AttemptRecord = {
        number: event.number,
        state: 'running',
        slots: event.slots,
        failure: null,
        remedy: null,
        reason: null,
        decision: null,
        startedAtMs: event.atMs,
        endedAtMs: null,
      }
      return { ...task, state: 'running', attempts: [...task.attempts, attempt] }
    }
    case 'attempt.failed':
      return endAttempt(task, event.atMs, {
        state: 'failed',
        failure: event.failure,
        remedy: event.remedy,
        reason: event.reason,
      })
    case 'attempt.in-doubt':
      return endAttempt(task, event.atMs, {
        state: 'in-doubt',
        failure: event.failure,
        remedy: 'wait-for-person',
        reason: event.reason,
      })
    case 'task.committed':
      return {
        ...endAttempt(task, event.atMs, { state: 'committed', decision: event.decision }),
        state: 'committed',
        outputs: event.outputs,
        endedAtMs: event.atMs,
      }
    case 'task.failed':
      return { ...task, state: 'failed', error: event.error, endedAtMs: event.atMs }
    case 'task.cancelled':
      return {
        ...endAttempt(task, event.atMs, { state: 'cancelled' }),
        state: 'cancelled',
        error: event.why,
        endedAtMs: event.atMs,
      }
  }
}

/** Closes the attempt that runs, if one does. */
function endAttempt(task: TaskRecord, atMs: number, end: Partial<AttemptRecord>): TaskRecord {
  const last = latestAttempt(task)
  if (last === undefined || last.state !== 'running') return task
  return { ...task, attempts: [...task.attempts.slice(0, -1), { ...last, ...end, endedAtMs: atMs }] }
}

function blank(event: {
  readonly run: RunId
  readonly id: string
  readonly task: string
  readonly index: number | null
  readonly atMs: number
}): TaskRecord {
  return {
    run: event.run,
    id: event.id,
    task: event.task,
    index: event.index,
    key: null,
    values: {},
    instances: null,
    state: 'ready',
    attempts: [],
    outputs: null,
    reusedFrom: null,
    skippedFor: null,
    error: null,
    readyAtMs: event.atMs,
    endedAtMs: null,
  }
}
