import type { AttemptDocument, RunDocument, SlotDocument, TaskDocument } from '#contract/run-document.ts'
import type { Pool } from '#core/pools/pool.ts'
import { startMs } from './script.ts'

/** ISO moment `atS` seconds after the start of the run. */
export function iso(atS: number): string {
  return new Date(startMs + atS * 1000).toISOString()
}

/** A clone on `hot-cpu` that won after a second, apart from what is said otherwise. */
function slot(clone: number, other: Partial<SlotDocument> = {}): SlotDocument {
  return {
    clone,
    variant: null,
    kind: 'active',
    state: 'won',
    pool: 'hot-cpu',
    reason: 'hot-cpu starts at once and has room',
    why: null,
    waitingFor: null,
    startedAt: iso(0.5),
    endedAt: iso(1.5),
    timesS: { waiting: 0, starting: 0.1, stagingIn: 0, running: 1, stagingOut: 0 },
    bytesIn: 2048,
    bytesOut: 100,
    cpuS: 0.9,
    peakMemoryMiB: 48.4,
    usageBasis: 'exact',
    exitCode: 0,
    cause: null,
    evidence: null,
    costUsd: 0.0001,
    ...other,
  }
}

/** A committed attempt with these slots. */
function attempt(
  number: number,
  slots: readonly SlotDocument[],
  other: Partial<AttemptDocument> = {},
): AttemptDocument {
  const failure = { cause: null, confidence: null, evidence: null }
  return { number, state: 'committed', ...failure, remedy: null, reason: null, decision: null, slots, ...other }
}

const reclaimed: Partial<AttemptDocument> = {
  state: 'failed',
  cause: 'reclaimed',
  confidence: 'certain',
  evidence: 'Host EC2 (instance i-0) terminated.',
  remedy: 'elsewhere',
  reason: 'reclaimed: the same size, in warm-cpu (try 1 of 10)',
}

/** A committed task without attempts, apart from what is said otherwise. */
export function taskDocument(id: string, other: Partial<TaskDocument> = {}): TaskDocument {
  return {
    id,
    state: 'committed',
    key: null,
    waitingFor: null,
    reusedFrom: null,
    error: null,
    reason: null,
    onCriticalPath: false,
    needs: [],
    predicted: null,
    attempts: [],
    ...other,
  }
}

/** A run that succeeded in 12.3 s, apart from what is said otherwise. */
export function runDocument(other: Partial<RunDocument> = {}): RunDocument {
  return {
    schemaVersion: 1,
    id: 'run_00000001',
    tenant: 'local',
    workflow: 'anomalies',
    workflowHash: 'aa',
    params: {},
    labels: {},
    priority: 50,
    deadline: null,
    budgetUsd: null,
    reservedUsd: 0,
    state: 'succeeded',
    planId: 'bb',
    retryOf: null,
    error: null,
    createdAt: iso(0),
    finishedAt: iso(12.3),
    makespanS: 12.3,
    costUsd: 0.0021,
    wastedCostUsd: 0.0003,
    counts: { pending: 0, ready: 0, running: 0, committed: 5, failed: 0, skipped: 0, cancelled: 0 },
    ...other,
  }
}

/** list -> clean (raced, hedged, reclaimed) -> report. */
export const anomaliesRun = runDocument({
  tasks: [
    taskDocument('clean', { needs: ['list'] }),
    taskDocument('clean[0]', {
      needs: ['list'],
      key: 'ec2',
      onCriticalPath: true,
      predicted: {
        durationS: { p50: 1, p90: 2, p99: 3 },
        memoryMiB: { p50: 50, p90: 60, p99: 70 },
        basis: { kind: 'history', samples: 12 },
      },
      reason: 'two clones: on the critical path',
      attempts: [
        attempt(1, [
          slot(0, { state: 'lost', startedAt: iso(1), endedAt: iso(6), costUsd: 0.0002, exitCode: null }),
          slot(1, {
            pool: 'cold-cpu',
            reason: 'the cheapest pool with room',
            startedAt: iso(4),
            endedAt: iso(6),
            timesS: { waiting: 1.5, starting: 1.7, stagingIn: 0, running: 2, stagingOut: 0 },
          }),
          slot(2, {
            kind: 'standby',
            state: 'cancelled',
            pool: 'warm-cpu',
            startedAt: null,
            endedAt: iso(6),
            costUsd: 0,
          }),
        ]),
      ],
    }),
    taskDocument('clean[1]', {
      needs: ['list'],
      key: 'rds',
      attempts: [
        attempt(
          1,
          [
            slot(0, {
              state: 'failed',
              cause: 'reclaimed',
              evidence: 'Host EC2 (instance i-0) terminated.',
              exitCode: null,
              endedAt: iso(1.2),
            }),
          ],
          reclaimed,
        ),
        attempt(2, [
          slot(0, { state: 'lost', startedAt: iso(1.3), endedAt: iso(5), costUsd: 0.0001, exitCode: null }),
          slot(1, { kind: 'standby', pool: 'warm-cpu', why: 'later than 2.0 s', startedAt: iso(3.3), endedAt: iso(5) }),
        ]),
      ],
    }),
    taskDocument('list', {
      attempts: [
        attempt(1, [
          slot(0, {
            startedAt: iso(0.1),
            endedAt: iso(0.6),
            timesS: { waiting: 0, starting: 0, stagingIn: 0, running: 0.4, stagingOut: 0 },
          }),
        ]),
      ],
    }),
    taskDocument('report', {
      needs: ['clean'],
      attempts: [attempt(1, [slot(0, { startedAt: iso(6.1), endedAt: iso(12.3) })])],
    }),
  ],
})

/** A run whose task `clean[1]` failed twice. */
export const failedRun = runDocument({
  state: 'failed',
  error: 'clean[1] failed',
  counts: { pending: 0, ready: 0, running: 0, committed: 2, failed: 1, skipped: 1, cancelled: 0 },
  tasks: [
    taskDocument('clean[1]', {
      state: 'failed',
      error: 'user-error: exit code 1',
      attempts: [
        attempt(
          1,
          [
            slot(0, {
              state: 'failed',
              cause: 'reclaimed',
              evidence: 'Host EC2 (instance i-0) terminated.',
              exitCode: null,
            }),
          ],
          reclaimed,
        ),
        attempt(
          2,
          [
            slot(0, {
              state: 'failed',
              cause: 'user-error',
              exitCode: 1,
              evidence: 'Traceback:\n\u001b[31mValueError: no such column\u001b[0m\n',
            }),
          ],
          {
            state: 'failed',
            cause: 'user-error',
            confidence: 'certain',
            evidence: 'Traceback:\n\u001b[31mValueError: no such column\u001b[0m\n',
            remedy: 'give-up',
            reason: 'user-error: no retries asked for',
          },
        ),
      ],
    }),
    taskDocument('report', { state: 'skipped', needs: ['clean'], error: 'clean failed' }),
  ],
})

/** vote (two of three variants agreed) and taken over beside it; fit ran out of memory; pay is in doubt. */
export const mendedRun = runDocument({
  state: 'running',
  finishedAt: null,
  makespanS: null,
  retryOf: 'run_00000000',
  tasks: [
    taskDocument('fit', {
      attempts: [
        attempt(
          1,
          [slot(0, { state: 'failed', cause: 'out-of-memory', evidence: 'ended by SIGKILL', exitCode: 137 })],
          {
            state: 'failed',
            cause: 'out-of-memory',
            confidence: 'likely',
            evidence: 'ended by SIGKILL',
            remedy: 'more-memory',
            reason: 'out-of-memory with 512 MiB: again with 1024 MiB (doubling 1 of 3)',
          },
        ),
        attempt(2, [slot(0)]),
      ],
    }),
    taskDocument('list', { reusedFrom: 'run_00000000' }),
    taskDocument('pay', {
      state: 'running',
      waitingFor: 'person',
      attempts: [
        attempt(1, [slot(0, { state: 'fenced', cause: 'host-lost', exitCode: null, evidence: 'its lease ran out' })], {
          state: 'in-doubt',
          cause: 'in-doubt',
          confidence: 'possible',
          evidence: 'nobody knows how far it got',
          remedy: 'wait-for-person',
          reason: 'in-doubt: it may have done its work',
        }),
      ],
    }),
    taskDocument('vote', {
      attempts: [
        attempt(
          1,
          [
            slot(0, { variant: 'forest', state: 'contributed', endedAt: iso(3) }),
            slot(1, { variant: 'median', state: 'failed', cause: 'user-error', exitCode: 2, evidence: 'no' }),
            slot(2, { variant: 'zscore' }),
          ],
          { decision: 'quorum: 2 of 3 are equal' },
        ),
      ],
    }),
  ],
})

/** A hot and a cold spot pool of this machine. */
export const pools: readonly Pool[] = [
  {
    id: 'hot-cpu',
    tier: 'hot',
    accelerator: 'cpu',
    purchase: 'on-demand',
    platform: { kind: 'machine' },
    vcpus: 2,
    memoryMiB: 2048,
    gpus: 0,
    startDelayS: 0.1,
    price: { usdPerVcpuHour: 0.048, usdPerGiBHour: 0.005, usdPerGpuHour: 0 },
    reclaimsPerHour: 0,
    spillsTo: ['cold-cpu'],
    emulated: true,
  },
  {
    id: 'cold-cpu',
    tier: 'cold',
    accelerator: 'cpu',
    purchase: 'spot',
    platform: { kind: 'machine' },
    vcpus: 2,
    memoryMiB: 2048,
    gpus: 0,
    startDelayS: 2,
    price: { usdPerVcpuHour: 0.016, usdPerGiBHour: 0.002, usdPerGpuHour: 0 },
    reclaimsPerHour: 0.5,
    spillsTo: [],
    emulated: true,
  },
]
