import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LogLine, logLines } from '#contract/log-line.ts'
import type { LiveLogs } from '#ports/live-logs.ts'

/** What the suite needs of an adapter: empty logs, and the container of a job. */
export interface LiveLogsUnderTest {
  readonly liveLogs: LiveLogs
  /** Lines of a job's container, which anybody sees some time later at the latest. */
  say(job: string, lines: string): Promise<void>
  /** Lets as much time go by as it may take until lines are seen. */
  later(): Promise<void>
  close(): Promise<void>
}

/** What every adapter of the `LiveLogs` port keeps. */
export function liveLogsContract(name: string, open: () => Promise<LiveLogsUnderTest>): void {
  describe(`the contract of live logs: ${name}`, () => {
    let under: LiveLogsUnderTest
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.close())

    const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
    /** A log as far as it is there, read from a byte on. */
    const all = async (job: string, stream: LogLine['stream'], from = 0, fence = 1): Promise<string> => {
      let text = ''
      for (let offset = from; ;) {
        const piece = await under.liveLogs.next(job, { stream, fence }, offset)
        if (piece === undefined) return text
        expect(piece).toMatchObject({ stream, fence, bytes: bytesOf(piece.text).length })
        expect(piece.offset).toBeGreaterThanOrEqual(offset)
        text += piece.text
        offset = piece.offset + piece.bytes
      }
    }
    /** Says what both logs of a job gained, and waits until it is seen. */
    const gain = async (
      job: string,
      stream: LogLine['stream'],
      offset: number,
      text: string,
      fence = 1,
    ): Promise<void> => {
      await under.say(job, logLines({ stream, fence }, offset, bytesOf(text)).lines)
      await under.later()
    }

    it('has nothing of a job that nobody knows, or that has said nothing', async () => {
      expect(await under.liveLogs.next('unknown', { stream: 'stdout', fence: 1 }, 0)).toBeUndefined()
      await under.say('quiet', '')
      expect(await all('quiet', 'stderr')).toBe('')
    })

    it('grows with its job, each log by itself, from any byte on', async () => {
      await gain('job', 'stdout', 0, 'one\n')
      expect(await all('job', 'stdout')).toBe('one\n')
      expect(await all('job', 'stderr')).toBe('')
      await gain('job', 'stderr', 0, 'oops: é\n')
      await gain('job', 'stdout', 4, 'two\n\nthree')
      expect(await all('job', 'stdout')).toBe('one\ntwo\n\nthree')
      expect(await all('job', 'stdout', 4)).toBe('two\n\nthree')
      expect(await all('job', 'stdout', 14)).toBe('')
      expect(await all('job', 'stderr')).toBe('oops: é\n')
    })

    it('passes over what the container says beside', async () => {
      await under.say(
        'job',
        `forkcast: begins\n${logLines({ stream: 'stdout', fence: 1 }, 0, bytesOf('a')).lines}{"log":"stdout"\nforkcast: ends\n`,
      )
      await under.later()
      expect(await all('job', 'stdout')).toBe('a')
    })

    it('tells jobs apart', async () => {
      for (const job of ['run-A/1/0', 'run-A/1/1']) await gain(job, 'stdout', 0, job)
      expect([await all('run-A/1/0', 'stdout'), await all('run-A/1/1', 'stdout')]).toStrictEqual([
        'run-A/1/0',
        'run-A/1/1',
      ])
    })

    it('tells leases apart: what is said under an old one is nobody’s any more', async () => {
      await gain('job', 'stdout', 0, 'of the first\n', 1)
      await gain('job', 'stdout', 0, 'of the second\n', 2)
      await gain('job', 'stdout', 13, 'which does not end\n', 1)
      expect(await all('job', 'stdout', 0, 2)).toBe('of the second\n')
      expect(await all('job', 'stdout', 0, 1)).toBe('of the first\nwhich does not end\n')
      expect(await all('job', 'stdout', 0, 3)).toBe('')
    })

    it('gives a long log whole, in pieces', async () => {
      const text = Array.from({ length: 40_000 }, (_, n) => `line ${n} of a long log\n`).join('')
      const { lines, bytes } = logLines({ stream: 'stdout', fence: 1 }, 0, bytesOf(text))
      expect(bytes).toBe(text.length)
      await under.say('long', lines)
      await under.later()
      expect((await all('long', 'stdout')) === text).toBe(true)
    })
  })
}
