import { describe, expect, it } from 'vitest'
import { evolveSlot, isSlotTerminal, slotRefusal, slotStates, waitReasons, type SlotRecord } from '#core/run/slot.ts'
import { deepFrozen } from './deep-frozen.ts'
import { atMs, bill, failure, manifest, rowAfter, run, slotEvents, standbyCreated } from './sample-events.ts'
import { transitions } from './transition-table.ts'

const { created, launched, starting, leased, renewed, claimed, failed, rejected } = slotEvents
const { won, contributed, lost, cancelled, fenced, billed } = slotEvents
const toClaim = [created, launched, starting, leased, claimed] as const

/** Where a slot can be. */
const situations: Readonly<Record<string, SlotRecord | undefined>> = {
  absent: undefined,
  standby: rowAfter('slot', standbyCreated),
  waiting: rowAfter('slot', created),
  launched: rowAfter('slot', created, launched),
  starting: rowAfter('slot', created, launched, starting),
  running: rowAfter('slot', created, launched, starting, leased),
  claimed: rowAfter('slot', ...toClaim),
  'claimed+billed': rowAfter('slot', ...toClaim, billed),
  won: rowAfter('slot', ...toClaim, won),
  'won+billed': rowAfter('slot', ...toClaim, billed, won),
  contributed: rowAfter('slot', ...toClaim, contributed),
  'lost-while-starting': rowAfter('slot', created, launched, starting, lost),
  'lost-with-a-claim': rowAfter('slot', ...toClaim, lost),
  'lost+billed': rowAfter('slot', ...toClaim, lost, billed),
  failed: rowAfter('slot', created, launched, starting, leased, failed),
  'failed+billed': rowAfter('slot', created, launched, starting, leased, failed, billed),
  'failed-without-a-job': rowAfter('slot', created, failed),
  rejected: rowAfter('slot', created, launched, starting, leased, rejected),
  fenced: rowAfter('slot', created, launched, starting, leased, fenced),
  'cancelled-on-standby': rowAfter('slot', standbyCreated, cancelled),
  'cancelled-at-work': rowAfter('slot', created, launched, starting, leased, cancelled),
}

const table = transitions(`
                        created  activated  launched  unlaunched  held     starting  leased   renewed  claimed  failed  rejected  fenced  won  contributed  lost  cancelled  billed
  absent                waiting  -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          -
  standby               -        waiting    -         -           -        -         -        -        -        -       -         -       -    -            -     cancelled  -
  waiting               -        -          waiting   waiting     waiting  starting  -        -        -        failed  rejected  -       -    -            -     cancelled  -
  launched              -        -          waiting   waiting     waiting  starting  -        -        -        failed  rejected  -       -    -            -     cancelled  -
  starting              -        -          -         -           -        -         running  -        -        failed  rejected  -       -    -            lost  cancelled  -
  running               -        -          -         -           -        -         -        running  claimed  failed  rejected  fenced  -    -            lost  cancelled  -
  claimed               -        -          -         -           -        -         -        -        -        -       -         -       won  contributed  lost  cancelled  claimed
  claimed+billed        -        -          -         -           -        -         -        -        -        -       -         -       won  contributed  lost  cancelled  -
  won                   -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          won
  won+billed            -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          -
  contributed           -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          contributed
  lost-while-starting   -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          lost
  lost-with-a-claim     -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          lost
  lost+billed           -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          -
  failed                -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          failed
  failed+billed         -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          -
  failed-without-a-job  -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          -
  rejected              -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          rejected
  fenced                -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          fenced
  cancelled-on-standby  -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          -
  cancelled-at-work     -        -          -         -           -        -         -        -        -        -       -         -       -    -            -     -          cancelled
`)

describe('a slot', () => {
  it('has a line in the table for every state', () => {
    const seen = new Set(Object.values(situations).map((slot) => slot?.state ?? 'absent'))
    expect([...seen].toSorted()).toStrictEqual(['absent', ...slotStates].toSorted())
    expect(table.situations).toStrictEqual(Object.keys(situations))
    expect(table.events.toSorted()).toStrictEqual(Object.keys(slotEvents).toSorted())
  })

  it.each(table.accepted)('$situation, on $event: $to', ({ situation, event, to }) => {
    const row = deepFrozen(situations[situation])
    const happened = deepFrozen(slotEvents[event as keyof typeof slotEvents])
    expect(slotRefusal(row, happened)).toBeUndefined()
    expect(evolveSlot(row, happened).state).toBe(to)
  })

  it.each(table.refused)('$situation refuses $event', ({ situation, event }) => {
    const row = deepFrozen(situations[situation])
    const happened = deepFrozen(slotEvents[event as keyof typeof slotEvents])
    const refusal = slotRefusal(row, happened)
    expect(refusal).toBeTypeOf('string')
    expect(() => evolveSlot(row, happened)).toThrow(refusal)
  })

  it.each([
    ['starting', { ...leased, job: 'job-2' }, 'job job-1 holds the slot, not job-2'],
    ['starting', { ...leased, fence: 0 }, 'fence 0 does not grow: it is 0'],
    ['running', leased, 'fence 1 does not grow: it is 1'],
    ['running', { ...renewed, fence: 2 }, 'the slot is held under fence 1, not 2'],
    ['running', { ...claimed, fence: 0 }, 'the slot is held under fence 1, not 0'],
    ['running', { ...claimed, fence: 2 }, 'the slot is held under fence 1, not 2'],
    ['running', won, 'a slot in state running has not won'],
    ['waiting', lost, 'a slot in state waiting has not lost'],
    ['won+billed', billed, 'the job is billed already'],
    ['cancelled-on-standby', billed, 'a slot that never had a job has no bill'],
  ] as const)('%s refuses %o: %s', (situation, event, why) => {
    expect(slotRefusal(situations[situation], event)).toBe(why)
  })

  it('may be leased again under a greater fence, which the claim then has to name', () => {
    const again = { ...leased, atMs: atMs + 7, fence: 5 }
    const row = evolveSlot(situations['running'], again)
    expect(row).toMatchObject({ state: 'running', fence: 5 })
    expect(slotRefusal(row, claimed)).toBe('the slot is held under fence 5, not 1')
    expect(slotRefusal(row, { ...claimed, fence: 5 })).toBeUndefined()
  })

  it('is over from `won` on', () => {
    expect(slotStates.filter(isSlotTerminal)).toStrictEqual([
      'won',
      'contributed',
      'lost',
      'failed',
      'rejected',
      'fenced',
      'cancelled',
    ])
  })

  it('keeps where and when it was, and what it cost', () => {
    const held = { ...slotEvents.held, atMs: atMs + 3 }
    expect(rowAfter('slot', created, launched, held, starting, leased, renewed, claimed, won, billed)).toStrictEqual({
      run,
      task: 'clean[3]',
      attempt: 1,
      clone: 0,
      kind: 'active',
      state: 'won',
      pool: 'cold',
      reason: 'best of the pools that fit',
      variant: null,
      resources: { vcpus: 1, memoryMiB: 512, gpus: 0 },
      timeoutS: 60,
      why: null,
      rank: 50,
      notBeforeMs: atMs + 5,
      waitingFor: null,
      token: 't1',
      job: 'job-1',
      fence: 1,
      holder: 'agent-1',
      leasedUntilMs: atMs + 166,
      reservedNanoUsd: 7,
      claim: manifest,
      failure: null,
      createdAtMs: atMs,
      waitingAtMs: atMs,
      startingAtMs: atMs + 5,
      runningAtMs: atMs + 6,
      endedAtMs: atMs + 7,
      bill,
    })
  })

  it('on standby waits for the timer of the hedge, not for a place, until it is called up', () => {
    const standby = situations['standby'] as SlotRecord
    expect(standby).toMatchObject({ kind: 'standby', waitingFor: 'hedge timer', waitingAtMs: null })
    expect(evolveSlot(standby, slotEvents.activated)).toMatchObject({
      kind: 'standby',
      state: 'waiting',
      why: 'hedge',
      waitingFor: null,
      waitingAtMs: atMs + 1,
    })
  })

  it('has the token of its last launch, and none once the wait is gone', () => {
    const again = { ...launched, token: 't2' }
    expect(rowAfter('slot', created, launched, again)?.token).toBe('t2')
    expect(rowAfter('slot', created, launched, slotEvents.unlaunched)?.token).toBeNull()
  })

  it.each(waitReasons)('that waits for %s says so until it waits no more', (waitingFor) => {
    const held = { ...slotEvents.held, waitingFor }
    expect(rowAfter('slot', created, held)?.waitingFor).toBe(waitingFor)
    for (const end of [starting, failed, cancelled]) expect(rowAfter('slot', created, held, end)?.waitingFor).toBeNull()
  })

  it('that failed says how', () => {
    expect(situations['failed']).toMatchObject({ failure, endedAtMs: atMs + 7 })
  })

  it('has ended when its clone ended, whenever the attempt was decided', () => {
    expect(situations['lost-with-a-claim']?.endedAtMs).toBe(atMs + 7)
    expect(situations['lost-while-starting']?.endedAtMs).toBe(atMs + 8)
    expect(situations['fenced']?.endedAtMs).toBe(atMs + 7)
  })
})
