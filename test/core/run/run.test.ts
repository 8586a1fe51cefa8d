import { describe, expect, it } from 'vitest'
import { evolveRun, isRunTerminal, runRefusal, runStates, type RunRecord } from '#core/run/run.ts'
import { deepFrozen } from './deep-frozen.ts'
import { atMs, rowAfter, run, runEvents } from './sample-events.ts'
import { transitions } from './transition-table.ts'

const { submitted, planning, started, stopping, cancelling, succeeded, failed, cancelled } = runEvents

/** How a run comes into each of its states. */
const situations: Readonly<Record<string, RunRecord | undefined>> = {
  absent: undefined,
  queued: rowAfter('run', submitted),
  planning: rowAfter('run', submitted, planning),
  running: rowAfter('run', submitted, planning, started),
  stopping: rowAfter('run', submitted, planning, started, stopping),
  cancelling: rowAfter('run', submitted, cancelling),
  succeeded: rowAfter('run', submitted, planning, started, succeeded),
  failed: rowAfter('run', submitted, planning, started, failed),
  cancelled: rowAfter('run', submitted, planning, started, cancelling, cancelled),
}

const table = transitions(`
              submitted  planning  started  stopping  cancelling  succeeded  failed  cancelled
  absent      queued     -         -        -         -           -          -       -
  queued      -          planning  -        -         cancelling  -          -       -
  planning    -          -         running  -         cancelling  -          failed  -
  running     -          -         -        running   cancelling  succeeded  failed  -
  stopping    -          -         -        -         cancelling  -          failed  -
  cancelling  -          -         -        -         -           -          -       cancelled
  succeeded   -          -         -        -         -           -          -       -
  failed      -          -         -        -         -           -          -       -
  cancelled   -          -         -        -         -           -          -       -
`)

describe('a run', () => {
  it('has a line in the table for every state', () => {
    // A run that is stopping runs still.
    const states = Object.keys(situations).filter((situation) => situation !== 'stopping')
    expect(states).toStrictEqual(['absent', ...runStates])
    for (const state of runStates) expect(situations[state]?.state).toBe(state)
    expect(table.situations).toStrictEqual(Object.keys(situations))
    expect(table.events).toStrictEqual(Object.keys(runEvents))
  })

  it.each(table.accepted)('$situation, on $event: $to', ({ situation, event, to }) => {
    const row = deepFrozen(situations[situation])
    const happened = deepFrozen(runEvents[event as keyof typeof runEvents])
    expect(runRefusal(row, happened)).toBeUndefined()
    expect(evolveRun(row, happened).state).toBe(to)
  })

  it.each(table.refused)('$situation refuses $event', ({ situation, event }) => {
    const row = deepFrozen(situations[situation])
    const happened = deepFrozen(runEvents[event as keyof typeof runEvents])
    const refusal = runRefusal(row, happened)
    expect(refusal).toBeTypeOf('string')
    expect(() => evolveRun(row, happened)).toThrow(refusal)
  })

  it('is over when it succeeded, failed or was cancelled', () => {
    expect(runStates.filter(isRunTerminal)).toStrictEqual(['succeeded', 'failed', 'cancelled'])
  })

  it('keeps what it was submitted with, its plan, and what it came to', () => {
    expect(situations['succeeded']).toStrictEqual({
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
      state: 'succeeded',
      stopping: null,
      planId: 'b'.repeat(64),
      error: null,
      createdAtMs: atMs,
      startedAtMs: atMs + 2,
      finishedAtMs: atMs + 9,
      totals: { costUsd: 0.3, wastedCostUsd: 0.1 },
    })
  })

  it('that is stopping says why, once, and does not succeed any more', () => {
    expect(situations['stopping']).toMatchObject({ state: 'running', stopping: 'A failed' })
    expect(runRefusal(situations['stopping'], stopping)).toBe('the run is stopping already')
    expect(runRefusal(situations['stopping'], succeeded)).toBe('a run that was stopped does not succeed')
  })

  it('says why it failed', () => {
    expect(situations['failed']?.error).toBe('A: exit code 1')
  })

  it('that was cancelled says what it was cancelled for', () => {
    expect(situations['cancelled']).toMatchObject({ error: 'asked for', planId: 'b'.repeat(64) })
  })
})
