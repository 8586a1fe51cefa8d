import type { Json } from '#core/json.ts'
import type { RunId } from '#core/run/ids.ts'

/** States of a run; the last three are terminal and final. */
export const runStates = ['queued', 'planning', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled'] as const
export type RunState = (typeof runStates)[number]

/** What a submission may switch off. */
export interface RunPolicy {
  readonly cloning: boolean
  readonly hedging: boolean
}

/** What a retry takes over. */
export interface RetryOf {
  readonly run: RunId
  readonly force: readonly string[]
}

/** What a finished run came to; sums over its slots. */
export interface RunTotals {
  readonly costUsd: number
  readonly wastedCostUsd: number
}

/** One submission of a workflow. */
export interface RunRecord {
  readonly id: RunId
  readonly tenant: string
  readonly workflow: string
  /** SHA-256 of the canonical workflow with the content of its code and files; names the stored definition. */
  readonly workflowHash: string
  readonly params: Readonly<Record<string, Json>>
  readonly labels: Readonly<Record<string, string>>
  readonly priority: number
  readonly deadlineS: number | null
  /** Hard, seconds from submission. */
  readonly timeoutS: number | null
  readonly budgetUsd: number | null
  readonly policy: RunPolicy
  /** The run whose committed results this one takes over, and the tasks that it runs all the same. */
  readonly retry: RetryOf | null
  readonly state: RunState
  /** Why only tasks that are `always` to run do so from now on. */
  readonly stopping: string | null
  /** SHA-256 of the stored plan. */
  readonly planId: string | null
  readonly error: string | null
  readonly createdAtMs: number
  readonly startedAtMs: number | null
  readonly finishedAtMs: number | null
  readonly totals: RunTotals | null
}

export type RunEvent =
  | {
      readonly type: 'run.submitted'
      readonly atMs: number
      readonly id: RunId
      readonly tenant: string
      readonly workflow: string
      readonly workflowHash: string
      readonly params: Readonly<Record<string, Json>>
      readonly labels: Readonly<Record<string, string>>
      readonly priority: number
      readonly deadlineS: number | null
      readonly timeoutS: number | null
      readonly budgetUsd: number | null
      readonly policy: RunPolicy
      readonly retry: RetryOf | null
    }
  | { readonly type: 'run.planning'; readonly atMs: number }
  | { readonly type: 'run.started'; readonly atMs: number; readonly planId: string }
  /** A task failed and failures stop the run, or its time is up. */
  | { readonly type: 'run.stopping'; readonly atMs: number; readonly reason: string }
  | { readonly type: 'run.cancelling'; readonly atMs: number; readonly reason: string }
  | ({ readonly type: 'run.finished'; readonly atMs: number; readonly totals: RunTotals } & RunOutcome)

/** How a run ended. A failed one says why; a cancelled one has said so when it was told to. */
export type RunOutcome =
  | { readonly state: 'succeeded' | 'cancelled'; readonly error: null }
  | { readonly state: 'failed'; readonly error: string }

/** Whether the run's state is final. */
export function isRunTerminal(state: RunState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

/** Which events a state accepts; what is absent here is refused. */
const accepts: Readonly<Record<RunState | 'absent', readonly RunEvent['type'][]>> = {
  absent: ['run.submitted'],
  queued: ['run.planning', 'run.cancelling'],
  planning: ['run.started', 'run.cancelling', 'run.finished'],
  running: ['run.stopping', 'run.cancelling', 'run.finished'],
  cancelling: ['run.finished'],
  succeeded: [],
  failed: [],
  cancelled: [],
}

/** From where each outcome is reached: only a run that ran succeeds, and only one that was told to is cancelled. */
const endsFrom: Readonly<Record<RunOutcome['state'], readonly RunState[]>> = {
  succeeded: ['running'],
  failed: ['planning', 'running'],
  cancelled: ['cancelling'],
}

/** Why `event` can't happen to the run as it is, in words; `undefined` when it can. Total over rows × events. */
export function runRefusal(run: RunRecord | undefined, event: RunEvent): string | undefined {
  const state = run?.state ?? 'absent'
  if (!accepts[state].includes(event.type)) return `a run in state ${state} does not accept ${event.type}`
  if (event.type === 'run.stopping' && run?.stopping !== null) return 'the run is stopping already'
  if (event.type === 'run.finished' && event.state === 'succeeded' && run?.stopping !== null) {
    return 'a run that was stopped does not succeed'
  }
  if (event.type !== 'run.finished' || endsFrom[event.state].some((from) => from === state)) return undefined
  return `a run in state ${state} does not end ${event.state}`
}

/** The run after `event`. @throws when the run refuses it, which is a bug of the caller. */
export function evolveRun(run: RunRecord | undefined, event: RunEvent): RunRecord {
  const refusal = runRefusal(run, event)
  if (refusal !== undefined) throw new Error(refusal)
  if (event.type === 'run.submitted') return submitted(event)
  const current = run as RunRecord
  switch (event.type) {
    case 'run.planning':
      return { ...current, state: 'planning' }
    case 'run.started':
      return { ...current, state: 'running', planId: event.planId, startedAtMs: event.atMs }
    case 'run.stopping':
      return { ...current, stopping: event.reason }
    case 'run.cancelling':
      return { ...current, state: 'cancelling', error: event.reason }
    case 'run.finished':
      return {
        ...current,
        state: event.state,
        error: event.error ?? current.error,
        finishedAtMs: event.atMs,
        totals: event.totals,
      }
  }
}

function submitted(event: Extract<RunEvent, { type: 'run.submitted' }>): RunRecord {
  return {
    id: event.id,
    tenant: event.tenant,
    workflow: event.workflow,
    workflowHash: event.workflowHash,
    params: event.params,
    labels: event.labels,
    priority: event.priority,
    deadlineS: event.deadlineS,
    timeoutS: event.timeoutS,
    budgetUsd: event.budgetUsd,
    policy: event.policy,
    retry: event.retry,
    state: 'queued',
    stopping: null,
    planId: null,
    error: null,
    createdAtMs: event.atMs,
    startedAtMs: null,
    finishedAtMs: null,
    totals: null,
  }
}
