import type { Failure } from '#core/failure/cause.ts'
import type { GroupEvent, Left } from '#core/run/group.ts'
import type { RunId } from '#core/run/ids.ts'
import type { LedgerEvent } from '#core/run/ledger.ts'
import type { Manifest } from '#core/run/manifest.ts'
import { evolve, type Events, type Kind, type Records } from '#core/run/record.ts'
import type { RunEvent } from '#core/run/run.ts'
import type { Bill, SlotEvent } from '#core/run/slot.ts'
import type { TaskEvent } from '#core/run/task.ts'

export const run = 'run_00000001' as RunId
export const atMs = 1_800_000_000_000

export const manifest: Manifest = { rows: { type: 'json', object: 'runs/x/rows', sha256: 'c'.repeat(64), bytes: 3 } }
export const failure: Failure = {
  cause: 'user-error',
  confidence: 'certain',
  exitCode: 1,
  signal: null,
  evidence: 'no such file',
}
/** What a clone left of which nobody heard again. */
export const lost: Failure = {
  ...failure,
  cause: 'host-lost',
  confidence: 'likely',
  exitCode: null,
  evidence: 'silent',
}
export const bill: Bill = {
  times: { stagingInS: 0.25, runningS: 1, stagingOutS: 0.25 },
  usage: { basis: 'sampled', cpuS: 0.9, peakMemoryMiB: null, bytesIn: 10, bytesOut: 20 },
  billedS: 1.5,
  costUsd: 0.000_02,
}

/** One event of each sort that can happen to a run. */
export const runEvents = {
  submitted: {
    type: 'run.submitted',
    atMs,
    id: run,
    tenant: 'local',
    workflow: 'anomalies',
    workflowHash: 'a'.repeat(64),
    params: { window: 12 },
    labels: { team: 'a' },
    priority: 50,
    deadlineS: 1800,
    timeoutS: 3600,
    budgetUsd: 0.5,
    policy: { cloning: true, hedging: false },
    retry: null,
  },
  planning: { type: 'run.planning', atMs: atMs + 1 },
  started: { type: 'run.started', atMs: atMs + 2, planId: 'b'.repeat(64) },
  stopping: { type: 'run.stopping', atMs: atMs + 3, reason: 'A failed' },
  cancelling: { type: 'run.cancelling', atMs: atMs + 3, reason: 'asked for' },
  succeeded: {
    type: 'run.finished',
    atMs: atMs + 9,
    state: 'succeeded',
    error: null,
    totals: { costUsd: 0.3, wastedCostUsd: 0.1 },
  },
  failed: {
    type: 'run.finished',
    atMs: atMs + 9,
    state: 'failed',
    error: 'A: exit code 1',
    totals: { costUsd: 0.3, wastedCostUsd: 0.3 },
  },
  cancelled: {
    type: 'run.finished',
    atMs: atMs + 9,
    state: 'cancelled',
    error: null,
    totals: { costUsd: 0, wastedCostUsd: 0 },
  },
} as const satisfies Record<string, RunEvent>

/** One event of each sort that can happen to a task; attempts are those of a first try. */
export const taskEvents = {
  ready: {
    type: 'task.ready',
    atMs,
    run,
    id: 'clean[3]',
    task: 'clean',
    index: 3,
    key: 'north',
    values: { series: { kind: 'value', value: [1, 2] } },
  },
  expanded: { type: 'task.expanded', atMs, run, id: 'clean', instances: 4 },
  skipped: {
    type: 'task.skipped',
    atMs,
    run,
    id: 'clean[3]',
    task: 'clean',
    index: 3,
    for: 'failure',
    why: 'list left no result',
  },
  reused: {
    type: 'task.reused',
    atMs,
    run,
    id: 'clean[3]',
    task: 'clean',
    index: 3,
    key: 'north',
    values: {},
    outputs: manifest,
    from: 'run_00000000' as RunId,
  },
  started: { type: 'attempt.started', atMs: atMs + 1, number: 1, slots: 2 },
  again: { type: 'attempt.started', atMs: atMs + 3, number: 2, slots: 1 },
  attemptFailed: { type: 'attempt.failed', atMs: atMs + 2, failure, remedy: 'again', reason: 'retry 1 of 2' },
  inDoubt: { type: 'attempt.in-doubt', atMs: atMs + 2, failure: lost, reason: 'not idempotent' },
  committed: { type: 'task.committed', atMs: atMs + 9, outputs: manifest, decision: 'the only clone' },
  failed: { type: 'task.failed', atMs: atMs + 9, error: 'user-error: no such file' },
  cancelled: { type: 'task.cancelled', atMs: atMs + 9, why: 'asked for' },
} as const satisfies Record<string, TaskEvent>

/** One event of each sort that can happen to a slot. */
export const slotEvents = {
  created: {
    type: 'slot.created',
    atMs,
    run,
    task: 'clean[3]',
    attempt: 1,
    clone: 0,
    kind: 'active',
    pool: 'warm',
    reason: 'best of the pools that fit',
    variant: null,
    resources: { vcpus: 1, memoryMiB: 512, gpus: 0 },
    timeoutS: 60,
    rank: 50,
    notBeforeMs: atMs + 5,
  },
  activated: { type: 'slot.activated', atMs: atMs + 1, why: 'hedge' },
  launched: { type: 'slot.launched', atMs: atMs + 2, token: 't1' },
  unlaunched: { type: 'slot.unlaunched', atMs: atMs + 3 },
  held: { type: 'slot.held', atMs: atMs + 4, waitingFor: 'capacity' },
  starting: { type: 'slot.starting', atMs: atMs + 5, pool: 'cold', job: 'job-1', reservedNanoUsd: 7 },
  leased: { type: 'slot.leased', atMs: atMs + 6, fence: 1, job: 'job-1', holder: 'agent-1', untilMs: atMs + 126 },
  renewed: { type: 'slot.renewed', atMs: atMs + 6, fence: 1, untilMs: atMs + 166 },
  claimed: { type: 'slot.claimed', atMs: atMs + 7, fence: 1, manifest },
  failed: { type: 'slot.failed', atMs: atMs + 7, failure },
  rejected: {
    type: 'slot.failed',
    atMs: atMs + 7,
    failure: { ...failure, cause: 'validator-rejected' },
  },
  won: { type: 'slot.decided', atMs: atMs + 8, state: 'won' },
  contributed: { type: 'slot.decided', atMs: atMs + 8, state: 'contributed' },
  lost: { type: 'slot.decided', atMs: atMs + 8, state: 'lost' },
  cancelled: { type: 'slot.decided', atMs: atMs + 8, state: 'cancelled' },
  fenced: { type: 'slot.fenced', atMs: atMs + 7, failure: lost },
  billed: { type: 'slot.billed', atMs: atMs + 9, bill },
} as const satisfies Record<string, SlotEvent>

/** The first event of a standby slot. */
export const standbyCreated = { ...slotEvents.created, kind: 'standby', clone: 1, notBeforeMs: null } as const

/** Marks `member` in a group of two. */
export function marked(
  member: string,
  left: Left = { failure: false, nothing: false },
): Extract<GroupEvent, { type: 'group.marked' }> {
  return { type: 'group.marked', atMs, run, id: 'start:A+B', size: 2, member, left }
}

/** The events of a ledger of a billion nano-USD. */
export const ledgerEvents = {
  opened: { type: 'ledger.opened', atMs, run, capNanoUsd: 1_000_000_000 },
  reserved: { type: 'ledger.reserved', atMs: atMs + 1, nanoUsd: 600_000_000 },
  settled: { type: 'ledger.settled', atMs: atMs + 2, reservedNanoUsd: 600_000_000, costNanoUsd: 100_000_000 },
} as const satisfies Record<string, LedgerEvent>

export const groupStarted: GroupEvent = { type: 'group.started', atMs: atMs + 9 }

/** The row that events lead to from nothing. */
export function rowAfter<K extends Kind>(kind: K, ...events: readonly Events[K][]): Records[K] | undefined {
  let row: Records[K] | undefined
  for (const event of events) row = evolve(kind, row, event)
  return row
}
