import { describe, expect, it } from 'vitest'
import { keepLease } from '#agent/keep-lease.ts'
import { parseRunId } from '#core/run/ids.ts'
import { createDrivenClock } from '../builders/driven-clock.ts'

const renewal = { slot: { run: parseRunId('run_00000000')!, task: 'a', attempt: 1, clone: 0 }, job: 'job', fence: 7 }

/** A lease asked for at 0, to be renewed every 40 s, and the seconds at which it was renewed and lost. */
function keep(answer: () => Promise<boolean>) {
  const clock = createDrivenClock(0)
  const renewedAtS: number[] = []
  const lost: [seconds: number, why: string][] = []
  const stop = keepLease({
    clock,
    random: () => 0,
    api: {
      renew: (asked) => {
        expect(asked).toStrictEqual(renewal)
        renewedAtS.push(clock.nowMs() / 1000)
        return answer()
      },
    },
    renewal,
    renewEveryS: 40,
    askedAtMs: 0,
    onLost: (why) => lost.push([clock.nowMs() / 1000, why]),
  })
  return { clock, renewedAtS, lost, stop }
}

describe('a lease', () => {
  it('is renewed as often as it is to be, and no more once it is let go', async () => {
    const { clock, renewedAtS, lost, stop } = keep(async () => true)
    await clock.advance(130_000)
    stop()
    await clock.advance(1_000_000)
    expect(renewedAtS).toStrictEqual([40, 80, 120])
    expect(lost).toStrictEqual([])
    expect(clock.pending).toBe(0)
  })

  it('is lost at once when a renewal is refused', async () => {
    const { clock, renewedAtS, lost } = keep(async () => false)
    await clock.advance(1_000_000)
    expect(renewedAtS).toStrictEqual([40])
    expect(lost).toStrictEqual([[40, 'its renewal was refused']])
    expect(clock.pending).toBe(0)
  })

  it('is tried again when a renewal fails, and goes on when one succeeds', async () => {
    let failures = 3
    const { clock, renewedAtS, lost } = keep(async () => {
      if (failures-- > 0) throw new Error('the store is away')
      return true
    })
    await clock.advance(100_000)
    expect(renewedAtS).toStrictEqual([40, 40.25, 40.75, 41.75, 81.75])
    expect(lost).toStrictEqual([])
  })

  it('is lost when no renewal could be made for three times as long', async () => {
    const { clock, renewedAtS, lost } = keep(() => Promise.reject(new Error('the store is away')))
    await clock.advance(1_000_000)
    expect(lost).toStrictEqual([[120, 'not renewed for 120 s']])
    expect(renewedAtS.at(-1)).toBeGreaterThan(105)
    expect(renewedAtS.at(-1)).toBeLessThan(120)
    expect(clock.pending).toBe(0)
  })

  it('is lost then, too, when nobody ever answers', async () => {
    const { clock, renewedAtS, lost } = keep(() => new Promise(() => undefined))
    await clock.advance(1_000_000)
    expect([renewedAtS, lost]).toStrictEqual([[40], [[120, 'not renewed for 120 s']]])
  })

  it('that was let go while a renewal was under way is not lost by its answer', async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const { clock, lost, stop } = keep(() => promise)
    await clock.advance(40_000)
    stop()
    resolve(false)
    await clock.advance(1_000_000)
    expect(lost).toStrictEqual([])
    expect(clock.pending).toBe(0)
  })
})
