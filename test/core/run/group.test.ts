import { describe, expect, it } from 'vitest'
import { evolveGroup, groupRefusal, type GroupRecord } from '#core/run/group.ts'
import { deepFrozen } from './deep-frozen.ts'
import { groupStarted, marked, rowAfter, run } from './sample-events.ts'
import { transitions } from './transition-table.ts'

const situations: Readonly<Record<string, GroupRecord | undefined>> = {
  absent: undefined,
  open: rowAfter('group', marked('A')),
  claimed: rowAfter('group', marked('A'), marked('B')),
  started: rowAfter('group', marked('A'), marked('B'), groupStarted),
}
const events = { 'marked-A': marked('A'), 'marked-B': marked('B'), started: groupStarted } as const

/** A group of A and B. */
const table = transitions(`
           marked-A  marked-B  started
  absent   open      open      -
  open     -         claimed   -
  claimed  -         -         started
  started  -         -         -
`)

describe('a dependency group', () => {
  it.each(table.accepted)('$situation, on $event: $to', ({ situation, event, to }) => {
    const row = deepFrozen(situations[situation])
    const happened = deepFrozen(events[event as keyof typeof events])
    expect(groupRefusal(row, happened)).toBeUndefined()
    expect(evolveGroup(row, happened).state).toBe(to)
  })

  it.each(table.refused)('$situation refuses $event', ({ situation, event }) => {
    const row = deepFrozen(situations[situation])
    const happened = deepFrozen(events[event as keyof typeof events])
    const refusal = groupRefusal(row, happened)
    expect(refusal).toBeTypeOf('string')
    expect(() => evolveGroup(row, happened)).toThrow(refusal)
  })

  it('of one is claimed by its only mark', () => {
    expect(evolveGroup(undefined, { ...marked('A'), size: 1 })).toStrictEqual({
      run,
      id: 'start:A+B',
      size: 1,
      marked: ['A'],
      failed: [],
      empty: [],
      state: 'claimed',
    })
  })

  it('remembers who left no result', () => {
    expect(rowAfter('group', marked('A', { failure: true, nothing: false }), marked('B'))).toMatchObject({
      marked: ['A', 'B'],
      failed: ['A'],
    })
  })

  it('refuses a second mark of a member, and a mark that counts otherwise', () => {
    expect(groupRefusal(situations['open'], marked('A', { failure: true, nothing: false }))).toBe('A is marked already')
    expect(groupRefusal(situations['open'], { ...marked('B'), size: 3 })).toBe('start:A+B has 2 members, not 3')
  })
})
