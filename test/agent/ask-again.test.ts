import { describe, expect, it } from 'vitest'
import { askAgain, longestWaitMs } from '#agent/ask-again.ts'
import { createDrivenClock } from '../builders/driven-clock.ts'

interface Story {
  /** Calls that fail before one is answered. */
  readonly failures: number
  readonly forS?: number
  readonly random?: number
}

/** A call made at 0, and the seconds at which it was made. */
function ask({ failures, forS = 120, random = 0 }: Story) {
  const clock = createDrivenClock(0)
  const abort = new AbortController()
  const askedAtS: number[] = []
  const answer = askAgain(
    async () => {
      askedAtS.push(clock.nowMs() / 1000)
      if (askedAtS.length <= failures) throw new Error(`failure ${askedAtS.length}`)
      return 'answer'
    },
    { clock, random: () => random, signal: abort.signal, forS },
  ).then(
    (value) => value,
    (error: unknown) => (error as Error).message,
  )
  return { clock, abort, askedAtS, answer }
}

describe('a call', () => {
  it('that is answered is made once', async () => {
    const { clock, askedAtS, answer } = ask({ failures: 0 })
    expect(await answer).toBe('answer')
    expect(askedAtS).toStrictEqual([0])
    expect(clock.pending).toBe(0)
  })

  it.each([
    [0, [0, 0.25, 0.75, 1.75, 3.75]],
    [0.5, [0, 0.375, 1.125, 2.625, 5.625]],
  ])('that fails is made again after waits that double, drawn by %d from their upper halves', async (random, times) => {
    const { clock, askedAtS, answer } = ask({ failures: 4, random })
    await clock.runOut()
    expect(await answer).toBe('answer')
    expect(askedAtS).toStrictEqual(times)
  })

  it('waits at most 15 s', async () => {
    const { clock, askedAtS, answer } = ask({ failures: 20, forS: 1000, random: 0.999 })
    await clock.runOut()
    expect(await answer).toBe('answer')
    const waitsMs = askedAtS.slice(1).map((at, index) => (at - (askedAtS[index] ?? 0)) * 1000)
    expect(Math.max(...waitsMs)).toBeLessThanOrEqual(longestWaitMs)
    expect(waitsMs.at(-1)).toBeGreaterThan(0.99 * longestWaitMs)
  })

  it('that is never answered is given up with its last failure, in time', async () => {
    const { clock, askedAtS, answer } = ask({ failures: Infinity, forS: 120 })
    await clock.runOut()
    expect(await answer).toBe(`failure ${askedAtS.length}`)
    expect(askedAtS.at(-1)).toBeGreaterThan(100)
    expect(askedAtS.at(-1)).toBeLessThan(120)
    expect(clock.pending).toBe(0)
  })

  it('is made once and no more in no time', async () => {
    expect(await ask({ failures: 1, forS: 0 }).answer).toBe('failure 1')
  })

  it('is given up at once when its caller is told to end', async () => {
    const { clock, abort, askedAtS, answer } = ask({ failures: Infinity })
    await clock.advance(1_000)
    abort.abort()
    expect(await answer).toBe(`failure ${askedAtS.length}`)
    expect(askedAtS).toStrictEqual([0, 0.25, 0.75])
    expect(clock.pending).toBe(0)
  })
})
