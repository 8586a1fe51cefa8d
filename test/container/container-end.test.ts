import { describe, expect, it } from 'vitest'
import { containerEnd } from '../../src/container/container-end.ts'

const s = 1000

/** A container of an age, whose clock rings when it is told to. */
function container(ageS: number) {
  let nowMs = ageS * s
  const alarms: { readonly atMs: number; readonly ring: () => void }[] = []
  const told: { term: () => void; notice: (atMs: number) => void } = { term: () => undefined, notice: () => undefined }
  let watched = true
  const end = containerEnd({
    clock: {
      nowMs: () => nowMs,
      at: (atMs, ring) => {
        const alarm = { atMs, ring }
        alarms.push(alarm)
        return () => void alarms.splice(alarms.indexOf(alarm), 1)
      },
    },
    startedAtMs: 0,
    onTerm: (tell) => void (told.term = tell),
    onNotice: (tell) => {
      told.notice = tell
      return () => void (watched = false)
    },
  })
  return {
    end,
    told,
    /** What it was ended by, so many seconds later. */
    endedAfter: (seconds: number): unknown => {
      nowMs += seconds * s
      for (const { atMs, ring } of alarms) if (atMs <= nowMs) ring()
      return end.signal.aborted ? end.signal.reason : undefined
    },
    isWatched: () => watched,
    alarms,
  }
}

describe('a container', () => {
  it('stops its clone when it is told to', () => {
    const one = container(10)
    expect(one.endedAfter(1000)).toBeUndefined()
    one.told.term()
    expect(one.endedAfter(0)).toStrictEqual({ kind: 'stop', graceS: 10 })
  })

  it('that is young goes on until 30 s before its host is taken away', () => {
    const one = container(20)
    one.told.notice(140 * s)
    expect(one.endedAfter(89)).toBeUndefined()
    expect(one.endedAfter(1)).toStrictEqual({ kind: 'reclaim', graceS: 10 })
  })

  it('that has run for longer than it has left ends at once', () => {
    const one = container(100)
    one.told.notice(220 * s)
    expect(one.endedAfter(0)).toStrictEqual({ kind: 'reclaim', graceS: 10 })
  })

  it('that is told to end after the notice is reclaimed', () => {
    const one = container(20)
    one.told.notice(140 * s)
    one.told.term()
    expect(one.endedAfter(0)).toStrictEqual({ kind: 'reclaim', graceS: 10 })
  })

  it('that is over waits for nothing', () => {
    const one = container(20)
    one.told.notice(140 * s)
    one.end.close()
    expect([one.isWatched(), one.alarms]).toStrictEqual([false, []])
  })
})
