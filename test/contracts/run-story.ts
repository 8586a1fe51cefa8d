import fc from 'fast-check'
import type { GroupEvent, GroupRecord } from '#core/run/group.ts'
import { slotKey, type RunId, type SlotRef } from '#core/run/ids.ts'
import { change, refusalOf, type Change, type Events, type Kind, type Stored } from '#core/run/record.ts'
import type { RunEvent } from '#core/run/run.ts'
import type { SlotEvent } from '#core/run/slot.ts'
import type { TaskEvent } from '#core/run/task.ts'

/** What happens to one row: the place of the row in a story, which of the possible events it is, and when. */
export interface Step {
  readonly row: number
  readonly choice: number
  readonly atMs: number
}

/** A row of a story. */
export interface RowName {
  readonly kind: Kind
  readonly id: string
}

const names: readonly RowName[] = [
  { kind: 'run', id: 'run' },
  { kind: 'task', id: 'clean' },
  { kind: 'task', id: 'clean[0]' },
  { kind: 'task', id: 'clean[10]' },
  { kind: 'slot', id: 'clean[0]/1/0' },
  { kind: 'slot', id: 'clean[0]/1/1' },
  { kind: 'slot', id: 'clean[10]/1/0' },
  { kind: 'group', id: 'report' },
  { kind: 'group', id: 'report/0' },
]

const step: fc.Arbitrary<Step> = fc.record({
  row: fc.nat(names.length - 1),
  choice: fc.nat(1_000),
  atMs: fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
})

/** Stories of a run: commits, each of one step for some of its rows. The n-th step of a row may be any that is valid. */
export const stories: fc.Arbitrary<readonly (readonly Step[])[]> = fc.array(
  fc.uniqueArray(step, { selector: ({ row }) => row, minLength: 1, maxLength: 4 }),
  { minLength: 10, maxLength: 40 },
)

/** The row that a step is about. */
export function rowOf({ row }: Step): RowName {
  return names[row] ?? { kind: 'run', id: 'run' }
}

/** The change that a step makes to its row as read, or none when the row has ended. */
export function changeOf(step: Step, run: RunId, stored: Stored<Kind> | undefined): Change | undefined {
  const { kind, id } = rowOf(step)
  switch (kind) {
    case 'run':
      return chosen(kind, id, step, stored as Stored<'run'> | undefined, runEvents(run, step.atMs))
    case 'task':
      return chosen(kind, id, step, stored as Stored<'task'> | undefined, taskEvents(run, id, step.atMs))
    case 'slot':
      return chosen(kind, id, step, stored as Stored<'slot'> | undefined, slotEvents(run, id, step.atMs))
    case 'ledger':
      throw new Error('no story has a ledger')
    case 'group': {
      const group = stored as Stored<'group'> | undefined
      return chosen(kind, id, step, group, groupEvents(run, id, group?.value, step.atMs))
    }
  }
}

function chosen<K extends Kind>(
  kind: K,
  id: string,
  { choice }: Step,
  stored: Stored<K> | undefined,
  events: readonly Events[K][],
): Change | undefined {
  const possible = events.filter((event) => refusalOf(kind, stored?.value, event) === undefined)
  const event = possible[choice % possible.length]
  return event && change<K>(kind, id, stored, event)
}

/** A run's first event. */
export function submitted(
  run: RunId,
  details: { readonly tenant?: string; readonly atMs?: number } = {},
): Extract<RunEvent, { type: 'run.submitted' }> {
  return {
    type: 'run.submitted',
    atMs: 1_800_000_000_000,
    id: run,
    tenant: 'local',
    workflow: 'anomalies',
    workflowHash: 'a'.repeat(64),
    params: { window: 12, 'naïve \u2028 "name"': [null, true, { __proto__: 1 }] },
    labels: { team: 'a' },
    priority: 50,
    deadlineS: null,
    timeoutS: null,
    budgetUsd: null,
    policy: { cloning: true, hedging: true },
    retry: null,
    ...details,
  }
}

/** A slot's first event. */
export function created(
  slot: SlotRef,
  details: Partial<Omit<Extract<SlotEvent, { type: 'slot.created' }>, 'type'>> = {},
): Extract<SlotEvent, { type: 'slot.created' }> {
  return {
    type: 'slot.created',
    atMs: 1_800_000_000_000,
    ...slot,
    kind: 'active',
    pool: 'cpu-hot',
    reason: 'the cheapest pool that has room',
    variant: null,
    resources: { vcpus: 1, memoryMiB: 512, gpus: 0 },
    timeoutS: null,
    rank: 50,
    notBeforeMs: null,
    ...details,
  }
}

/** A bill of 1.5 seconds. */
export function billed(atMs: number): Extract<SlotEvent, { type: 'slot.billed' }> {
  const times = { stagingInS: 0.25, runningS: 1, stagingOutS: 0.25 }
  const usage = { basis: 'sampled', cpuS: 0.9, peakMemoryMiB: null, bytesIn: 10, bytesOut: 20 } as const
  return { type: 'slot.billed', atMs, bill: { times, usage, billedS: 1.5, costUsd: 0.000_02 } }
}

function runEvents(run: RunId, atMs: number): readonly RunEvent[] {
  const totals = { costUsd: 0.1, wastedCostUsd: 0 }
  return [
    submitted(run, { atMs }),
    { type: 'run.planning', atMs },
    { type: 'run.started', atMs, planId: 'b'.repeat(64) },
    { type: 'run.stopping', atMs, reason: 'A failed' },
    { type: 'run.cancelling', atMs, reason: 'asked for' },
    { type: 'run.finished', atMs, state: 'succeeded', error: null, totals },
    { type: 'run.finished', atMs, state: 'failed', error: 'clean[0]: exit code 1', totals },
    { type: 'run.finished', atMs, state: 'cancelled', error: null, totals },
  ]
}

function taskEvents(run: RunId, id: string, atMs: number): readonly TaskEvent[] {
  const outputs = { cleaned: { type: 'json', object: 'runs/x', sha256: 'c'.repeat(64), bytes: 3 } } as const
  const failure = {
    cause: 'reclaimed',
    confidence: 'certain',
    exitCode: null,
    signal: null,
    evidence: 'Host EC2 (instance i-0) terminated.',
  } as const
  const from = 'run_00000099' as RunId
  const values = { series: { kind: 'value', value: { name: 'é\u0000\\"' } } } as const
  return [
    { type: 'task.ready', atMs, run, id, task: 'clean', index: 0, key: null, values },
    { type: 'task.expanded', atMs, run, id, instances: 11 },
    { type: 'task.skipped', atMs, run, id, task: 'clean', index: null, for: 'failure', why: 'list failed' },
    { type: 'attempt.started', atMs, number: 1, slots: 2 },
    { type: 'task.reused', atMs, run, id, task: 'clean', index: 0, key: null, values, outputs, from },
    { type: 'attempt.failed', atMs, failure, remedy: 'elsewhere', reason: 'the same size elsewhere' },
    { type: 'attempt.in-doubt', atMs, failure, reason: 'not idempotent' },
    { type: 'task.committed', atMs, outputs, decision: 'the first result' },
    { type: 'task.failed', atMs, error: 'exit code 1' },
    { type: 'task.cancelled', atMs, why: 'asked for' },
  ]
}

function slotEvents(run: RunId, id: string, atMs: number): readonly SlotEvent[] {
  const [task = '', attempt, clone] = id.split('/')
  const slot = { run, task, attempt: Number(attempt), clone: Number(clone) }
  const failure = {
    cause: 'user-error',
    confidence: 'certain',
    exitCode: 1,
    signal: null,
    evidence: 'no such file',
  } as const
  return [
    created(slot, { atMs, kind: slot.clone === 1 ? 'standby' : 'active', rank: atMs % 7 }),
    { type: 'slot.activated', atMs, why: 'the attempt passed its p90' },
    { type: 'slot.launched', atMs, token: `token of ${slotKey(slot)}` },
    { type: 'slot.unlaunched', atMs },
    { type: 'slot.held', atMs, waitingFor: 'capacity' },
    { type: 'slot.starting', atMs, pool: 'cpu-warm', job: 'job', reservedNanoUsd: 0 },
    { type: 'slot.leased', atMs, fence: 1, job: 'job', holder: 'agent', untilMs: atMs + 1 },
    { type: 'slot.renewed', atMs, fence: 1, untilMs: atMs + 2 },
    { type: 'slot.claimed', atMs, fence: 1, manifest: {} },
    { type: 'slot.failed', atMs, failure },
    { type: 'slot.decided', atMs, state: 'won' },
    { type: 'slot.decided', atMs, state: 'lost' },
    { type: 'slot.decided', atMs, state: 'cancelled' },
    { type: 'slot.fenced', atMs, failure },
    billed(atMs),
  ]
}

function groupEvents(run: RunId, id: string, group: GroupRecord | undefined, atMs: number): readonly GroupEvent[] {
  const member = `clean[${group?.marked.length ?? 0}]`
  return [
    {
      type: 'group.marked',
      atMs,
      run,
      id,
      size: 3,
      member,
      left: { failure: atMs % 2 === 0, nothing: atMs % 3 === 0 },
    },
    { type: 'group.started', atMs },
  ]
}
