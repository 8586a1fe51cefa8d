import { describe, expect, it } from 'vitest'
import {
  attemptStates,
  evolveTask,
  isTaskTerminal,
  latestAttempt,
  taskRefusal,
  taskStates,
  type TaskRecord,
} from '#core/run/task.ts'
import { deepFrozen } from './deep-frozen.ts'
import { atMs, failure, lost, manifest, rowAfter, run, taskEvents } from './sample-events.ts'
import { transitions } from './transition-table.ts'

const { ready, expanded, skipped, reused, started, again, attemptFailed, inDoubt, committed, failed, cancelled } =
  taskEvents

/** Where a task can be: `running` has three sides, since an attempt runs, has failed, or is the instances' affair. */
const situations: Readonly<Record<string, TaskRecord | undefined>> = {
  absent: undefined,
  pending: { ...(rowAfter('task', ready) as TaskRecord), state: 'pending' },
  ready: rowAfter('task', ready),
  'first-runs': rowAfter('task', ready, started),
  'first-failed': rowAfter('task', ready, started, attemptFailed),
  'second-runs': rowAfter('task', ready, started, attemptFailed, again),
  'first-in-doubt': rowAfter('task', ready, started, inDoubt),
  expansion: rowAfter('task', expanded),
  committed: rowAfter('task', ready, started, committed),
  failed: rowAfter('task', ready, started, attemptFailed, failed),
  skipped: rowAfter('task', skipped),
  reused: rowAfter('task', reused),
  cancelled: rowAfter('task', ready, started, cancelled),
}

const table = transitions(`
                  ready  expanded  skipped  reused     started  again    attemptFailed  inDoubt  committed  failed  cancelled
  absent          ready  running   skipped  committed  -        -        -              -        -          -       -
  pending         -      -         -        -          -        -        -              -        -          -       -
  ready           -      -         -        -          running  -        -              -        -          -       cancelled
  first-runs      -      -         -        -          -        -        running        running  committed  -       cancelled
  first-failed    -      -         -        -          -        running  -              -        -          failed  cancelled
  second-runs     -      -         -        -          -        -        running        running  committed  -       cancelled
  first-in-doubt  -      -         -        -          -        running  -              -        -          -       cancelled
  expansion       -      -         -        -          -        -        -              -        committed  failed  cancelled
  committed       -      -         -        -          -        -        -              -        -          -       -
  failed          -      -         -        -          -        -        -              -        -          -       -
  skipped         -      -         -        -          -        -        -              -        -          -       -
  reused          -      -         -        -          -        -        -              -        -          -       -
  cancelled       -      -         -        -          -        -        -              -        -          -       -
`)

describe('a task', () => {
  it('has a line in the table for every state', () => {
    const seen = new Set(Object.values(situations).map((task) => task?.state ?? 'absent'))
    expect([...seen].toSorted()).toStrictEqual(['absent', ...taskStates].toSorted())
    expect(table.situations).toStrictEqual(Object.keys(situations))
    expect(table.events).toStrictEqual(Object.keys(taskEvents))
  })

  it.each(table.accepted)('$situation, on $event: $to', ({ situation, event, to }) => {
    const row = deepFrozen(situations[situation])
    const happened = deepFrozen(taskEvents[event as keyof typeof taskEvents])
    expect(taskRefusal(row, happened)).toBeUndefined()
    expect(evolveTask(row, happened).state).toBe(to)
  })

  it.each(table.refused)('$situation refuses $event', ({ situation, event }) => {
    const row = deepFrozen(situations[situation])
    const happened = deepFrozen(taskEvents[event as keyof typeof taskEvents])
    const refusal = taskRefusal(row, happened)
    expect(refusal).toBeTypeOf('string')
    expect(() => evolveTask(row, happened)).toThrow(refusal)
  })

  it.each([
    ['first-runs', again, 'attempt 1 runs still'],
    ['first-runs', failed, 'attempt 1 runs still'],
    ['first-failed', started, 'attempt 2 is next, not 1'],
    ['first-failed', committed, 'no attempt runs'],
    ['first-failed', attemptFailed, 'no attempt runs'],
    ['first-in-doubt', failed, 'attempt 1 is in doubt'],
    ['expansion', started, 'an expansion has no attempts of its own'],
    ['committed', committed, 'a task in state committed does not accept task.committed'],
  ] as const)('%s refuses %o: %s', (situation, event, why) => {
    expect(taskRefusal(situations[situation], event)).toBe(why)
  })

  it('is over when it was committed, failed, skipped or cancelled', () => {
    expect(taskStates.filter(isTaskTerminal)).toStrictEqual(['committed', 'failed', 'skipped', 'cancelled'])
  })

  it('keeps the whole story of its attempts and the one result', () => {
    expect(rowAfter('task', ready, started, attemptFailed, again, committed)).toStrictEqual({
      run,
      id: 'clean[3]',
      task: 'clean',
      index: 3,
      key: 'north',
      values: { series: { kind: 'value', value: [1, 2] } },
      instances: null,
      state: 'committed',
      attempts: [
        {
          number: 1,
          state: 'failed',
          slots: 2,
          failure,
          remedy: 'again',
          reason: 'retry 1 of 2',
          decision: null,
          startedAtMs: atMs + 1,
          endedAtMs: atMs + 2,
        },
        {
          number: 2,
          state: 'committed',
          slots: 1,
          failure: null,
          remedy: null,
          reason: null,
          decision: 'the only clone',
          startedAtMs: atMs + 3,
          endedAtMs: atMs + 9,
        },
      ],
      outputs: manifest,
      reusedFrom: null,
      skippedFor: null,
      error: null,
      readyAtMs: atMs,
      endedAtMs: atMs + 9,
    })
  })

  it('that failed keeps the attempt as it ended, and says why', () => {
    const attempt = situations['first-failed']?.attempts[0]
    expect(situations['failed']).toMatchObject({
      attempts: [attempt],
      error: 'user-error: no such file',
      outputs: null,
    })
  })

  it('that was cancelled takes its running attempt with it, and leaves one that has ended alone', () => {
    expect(situations['cancelled']?.attempts).toMatchObject([{ state: 'cancelled', endedAtMs: atMs + 9 }])
    expect(rowAfter('task', ready, started, attemptFailed, cancelled)?.attempts).toStrictEqual(
      situations['first-failed']?.attempts,
    )
    expect(rowAfter('task', ready, cancelled)).toMatchObject({ state: 'cancelled', error: 'asked for', attempts: [] })
  })

  it('whose attempt is in doubt waits for a person, who may have it tried again', () => {
    expect(situations['first-in-doubt']).toMatchObject({
      state: 'running',
      attempts: [{ state: 'in-doubt', failure: lost, remedy: 'wait-for-person', reason: 'not idempotent' }],
    })
    expect(rowAfter('task', ready, started, inDoubt, again)?.attempts).toMatchObject([
      { state: 'in-doubt' },
      { state: 'running' },
    ])
  })

  it('that was taken over has the result of the run before, and no attempt', () => {
    expect(situations['reused']).toMatchObject({
      outputs: manifest,
      reusedFrom: 'run_00000000',
      attempts: [],
      key: 'north',
    })
  })

  it('that was skipped was never ready: it has ended as it began', () => {
    expect(situations['skipped']).toMatchObject({
      id: 'clean[3]',
      task: 'clean',
      index: 3,
      skippedFor: 'failure',
      error: 'list left no result',
      attempts: [],
      readyAtMs: atMs,
      endedAtMs: atMs,
    })
  })

  it('with a list is the row of its expansion: instances, and no attempt', () => {
    expect(situations['expansion']).toMatchObject({
      id: 'clean',
      task: 'clean',
      index: null,
      instances: 4,
      attempts: [],
    })
  })

  it('has a latest attempt once it has one', () => {
    expect(latestAttempt(situations['ready'] as TaskRecord)).toBeUndefined()
    expect(latestAttempt(situations['second-runs'] as TaskRecord)).toMatchObject({ number: 2, state: 'running' })
  })

  it('has attempts in the states of the design', () => {
    expect(attemptStates).toStrictEqual(['running', 'committed', 'failed', 'cancelled', 'in-doubt'])
  })
})
