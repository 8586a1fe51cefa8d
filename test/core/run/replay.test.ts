import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Kind } from '#core/run/record.ts'
import { replay, type LoggedEvent } from '#core/run/replay.ts'
import { lives } from './random-life.ts'
import { runEvents } from './sample-events.ts'

/** A log of a run, tasks, slots and groups, row after row, and the rows that it leads to. */
const logs = fc
  .tuple(lives('run'), lives('task'), lives('task'), lives('slot'), lives('slot'), lives('group'))
  .map((all) => {
    const log: LoggedEvent[] = []
    const rows = new Map<string, { kind: Kind; id: string; version: number; value: unknown }>()
    for (const [index, { kind, events, rows: values }] of all.entries()) {
      const id = `row-${index}`
      for (const [before, event] of events.entries()) log.push({ kind, id, version: before + 1, event })
      rows.set(`${kind} ${id}`, { kind, id, version: events.length, value: values.at(-1) })
    }
    return { log, rows }
  })

describe('replaying a log from nothing', () => {
  it('gives the stored rows, whatever the order of events', () => {
    fc.assert(
      fc.property(logs, fc.infiniteStream(fc.nat()), ({ log, rows }, keys) => {
        const shuffled = log
          .map((logged) => ({ logged, key: keys.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ logged }) => logged)
        const replayed = replay(shuffled)
        expect(Object.fromEntries(replayed)).toStrictEqual(Object.fromEntries(rows))
      }),
    )
  })

  it('of no events gives no rows', () => {
    expect(replay([]).size).toBe(0)
  })

  it('refuses a log with a version missing before the last of its row', () => {
    fc.assert(
      fc.property(logs, fc.nat(), ({ log, rows }, at) => {
        const inner = log.filter(({ kind, id, version }) => rows.get(`${kind} ${id}`)?.version !== version)
        const missing = inner[at % inner.length]
        fc.pre(missing !== undefined)
        const { kind, id, version } = missing
        const torn = log.filter((logged) => logged !== missing)
        expect(() => replay(torn)).toThrow(`version ${version + 1} of ${kind} ${id} follows ${version - 1}`)
      }),
    )
  })

  it('refuses a log without the first version of a row', () => {
    const log = [{ kind: 'run', id: 'run', version: 2, event: runEvents.planning }] as const
    expect(() => replay(log)).toThrow('version 2 of run run follows 0')
  })

  it('cannot tell that the last versions are missing, and gives the rows as they were before', () => {
    fc.assert(
      fc.property(logs, fc.nat(10), ({ log }, version) => {
        const early = replay(log.filter((logged) => logged.version <= version))
        for (const row of early.values()) expect(row.version).toBeLessThanOrEqual(version)
      }),
    )
  })

  it('refuses a log with a version repeated', () => {
    fc.assert(
      fc.property(logs, fc.nat(), ({ log }, at) => {
        const twice = log[at % log.length] as LoggedEvent
        expect(() => replay([...log, twice])).toThrow(`version ${twice.version} of ${twice.kind} ${twice.id} follows`)
      }),
    )
  })

  it('refuses an event that its row does not accept', () => {
    const { submitted, started } = runEvents
    const log: readonly LoggedEvent[] = [
      { kind: 'run', id: 'run', version: 1, event: submitted },
      { kind: 'run', id: 'run', version: 2, event: started },
    ]
    expect(() => replay(log)).toThrow('a run in state queued does not accept run.started')
  })
})
