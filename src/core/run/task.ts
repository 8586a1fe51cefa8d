import type { Cause } from '#core/failure/cause.ts'
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
  readonly cause: Cause | null
  /** What the next attempt does about the cause, in words. */
  readonly remedy: string | null
  readonly startedAtMs: number
  readonly endedAtMs: number | null
}

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
      readonly cause: Cause
      readonly remedy: string
    }
  | { readonly type: 'task.committed'; readonly atMs: number; readonly outputs: Manifest }
  | { readonly type: 'task.failed'; readonly atMs: number; readonly error: string }
  /** Never ready: something it needs did not commit, or the run ended first. */
  | {
      readonly type: 'task.skipped'
      readonly atMs: number
      readonly run: RunId
      readonly id: string
      readonly task: string
      readonly index: number | null
      readonly why: string
    }
  | { readonly type: 'task.cancelled'; readonly atMs: number; readonly why: string }

/** Whether the task's state is final. */
export function isTaskTerminal(state: TaskState): boolean {
  return state === 'committed' || state === 'failed' || state === 'skipped' || state === 'cancelled'
}

/** Which events a state accepts. `pending` is how a task without a row is shown: nothing happens to it. */
const accepts: Readonly<Record<TaskState | 'absent', readonly TaskEvent['type'][]>> = {
  absent: ['task.ready', 'task.expanded', 'task.skipped'],
  pending: [],
  ready: ['attempt.started', 'task.cancelled'],
  running: ['attempt.started', 'attempt.failed', 'task.committed', 'task.failed', 'task.cancelled'],
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
      return runs ? undefined : 'no attempt runs'
    case 'task.committed':
      return runs || expansion ? undefined : 'no attempt runs'
    case 'task.failed':
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
      return { ...blank(event), state: 'skipped', error: event.why, endedAtMs: event.atMs }
    default:
      return ongoing(task as TaskRecord, event)
  }
}

function ongoing(
  task: TaskRecord,
  event: Exclude<TaskEvent, { type: 'task.ready' | 'task.expanded' | 'task.skipped' }>,
): TaskRecord {
  switch (event.type) {
    case 'attempt.started': {
      const attempt: AttemptRecord = {
        number: event.number,
        state: 'running',
        slots: event.slots,
        cause: null,
        remedy: null,
        startedAtMs: event.atMs,
        endedAtMs: null,
      }
      return { ...task, state: 'running', attempts: [...task.attempts, attempt] }
    }
    case 'attempt.failed':
      return endAttempt(task, event.atMs, {
        state: 'failed',
        cause: event.cause,
        remedy: event.remedy,
      })
    case 'task.committed':
      return {
        ...endAttempt(task, event.atMs, { state: 'committed' }),
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
    error: null,
    readyAtMs: event.atMs,
    endedAtMs: null,
  }
}
