import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSystemIds } from '#adapters/local/system-ids.ts'
import { parseRunId } from '#core/run/ids.ts'

const bytes = (value: number) => (count: number) => new Uint8Array(count).fill(value)

describe('run ids', () => {
  it('are the time and chance, in base 32', () => {
    const ids = createSystemIds({ clock: { nowMs: () => 32 ** 2 + 31 }, randomBytes: bytes(0) })
    expect(ids.run()).toBe('run_000000010z00000000')
  })

  it('sort by time', () => {
    let nowMs = 1_700_000_000_000
    const ids = createSystemIds({ clock: { nowMs: () => nowMs } })
    const made = Array.from({ length: 50 }, () => {
      nowMs += 1_234_567
      return ids.run()
    })
    expect(made.toSorted()).toStrictEqual(made)
  })

  it('grow strictly in one process, though the clock stands or goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 })), (steps) => {
        let nowMs = 1_700_000_000_000
        const ids = createSystemIds({ clock: { nowMs: () => nowMs } })
        let last: string = ids.run()
        for (const step of steps) {
          nowMs += step
          const next = ids.run()
          expect(next > last).toBe(true)
          last = next
        }
      }),
    )
  })

  it('go on in the next millisecond when chance is used up', () => {
    const ids = createSystemIds({ clock: { nowMs: () => 5 }, randomBytes: bytes(0xff) })
    expect([ids.run(), ids.run(), ids.run()]).toStrictEqual([
      'run_0000000005zzzzzzzz',
      'run_000000000600000000',
      'run_000000000600000001',
    ])
  })

  it('are read back as run ids', () => {
    const id = createSystemIds({ clock: { nowMs: () => 1_700_000_000_000 } }).run()
    expect(parseRunId(id)).toBe(id)
  })
})

describe('tokens', () => {
  it('are 128 bits in hex', () => {
    expect(createSystemIds({ clock: { nowMs: () => 0 }, randomBytes: bytes(0xab) }).token()).toBe('ab'.repeat(16))
  })

  it('differ', () => {
    const ids = createSystemIds({ clock: { nowMs: () => 0 } })
    expect(new Set(Array.from({ length: 100 }, () => ids.token())).size).toBe(100)
  })
})
