import {
  type GetLogEventsCommand,
  InvalidParameterException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs'
import { describe, expect, it } from 'vitest'
import { CloudwatchLiveLogs, type LogPlace } from '#adapters/aws/cloudwatch-live-logs.ts'
import { logLines } from '#contract/log-line.ts'

/** CloudWatch Logs with streams of lines, which answers as its reference says: pages by tokens, at the end the token of before. */
function cloudwatch(pageSize = 3) {
  const streams = new Map<string, string[]>()
  const faults: Error[] = []
  const asked: string[] = []
  const places = new Map<string, LogPlace>()
  let nowMs = 0
  const send = async ({ input }: GetLogEventsCommand): Promise<object> => {
    asked.push(`${input.logStreamName}@${input.nextToken ?? ''}`)
    const fault = faults.shift()
    if (fault !== undefined) throw fault
    const lines = streams.get(input.logStreamName ?? '')
    if (lines === undefined) throw new ResourceNotFoundException({ message: 'no stream', $metadata: {} })
    const from = Number(input.nextToken?.slice(2) ?? 0)
    const events = lines.slice(from, from + pageSize).map((message) => ({ message }))
    return { events, nextForwardToken: `f/${from + events.length}` }
  }
  const liveLogs = new CloudwatchLiveLogs({
    client: { send },
    placeOf: async (job) => places.get(job),
    nowMs: () => nowMs,
  })
  return {
    liveLogs,
    faults,
    places,
    /** Calls since the last look. */
    asked: () => asked.splice(0),
    later: (ms = 1_000) => (nowMs += ms),
    /** Starts the container of a job, and gives what it says. */
    start: (job: string) => {
      places.set(job, { group: 'g', stream: job })
      const lines: string[] = []
      streams.set(job, lines)
      return (offset: number, text: string) => {
        const { lines: said } = logLines(log, offset, new TextEncoder().encode(text))
        lines.push(...said.trimEnd().split('\n'))
      }
    },
  }
}

const log = { stream: 'stdout', fence: 1 } as const
const named = (name: string) => Object.assign(new Error(name), { name })

describe('live logs of CloudWatch', () => {
  it('are asked for from where they were left, and not more often than each second, whoever asks', async () => {
    const { liveLogs, start, later, asked } = cloudwatch()
    const say = start('job')
    say(0, 'a')
    const look = () => Promise.all([0, 1].map((offset) => liveLogs.next('job', log, offset)))
    expect(await look()).toMatchObject([{ text: 'a' }, undefined])
    expect(asked()).toStrictEqual(['job@', 'job@f/1'])
    say(1, 'b')
    later(999)
    expect(await look()).toMatchObject([{ text: 'a' }, undefined])
    expect(asked()).toStrictEqual([])
    later(1)
    expect(await look()).toMatchObject([{ text: 'a' }, { text: 'b', offset: 1 }])
    expect(asked()).toStrictEqual(['job@f/1', 'job@f/2'])
  })

  it('take a few pages at a time, and the rest later', async () => {
    const { liveLogs, start, later, asked } = cloudwatch(1)
    const say = start('job')
    for (let n = 0; n < 7; n += 1) say(n, String(n))
    expect(await liveLogs.next('job', log, 6)).toBeUndefined()
    expect(asked()).toHaveLength(5)
    later()
    expect(await liveLogs.next('job', log, 6)).toMatchObject({ text: '6' })
  })

  it('are nothing yet where the job has not started, has no stream, or the service is throttled for good', async () => {
    const { liveLogs, start, places, later, faults, asked } = cloudwatch()
    expect(await liveLogs.next('job', log, 0)).toBeUndefined()
    expect(asked()).toStrictEqual([])
    later()
    places.set('job', { group: 'g', stream: 'job' })
    expect(await liveLogs.next('job', log, 0)).toBeUndefined()
    start('job')(0, 'a')
    for (const name of ['ThrottlingException', 'LimitExceededException']) {
      later()
      faults.push(named(name))
      expect(await liveLogs.next('job', log, 0)).toBeUndefined()
    }
    later()
    expect(await liveLogs.next('job', log, 0)).toMatchObject({ text: 'a' })
  })

  it('are read anew when their token does not hold any more', async () => {
    const { liveLogs, start, later, faults, asked } = cloudwatch()
    const say = start('job')
    say(0, 'a')
    await liveLogs.next('job', log, 0)
    later()
    faults.push(new InvalidParameterException({ message: 'The specified nextToken is invalid.', $metadata: {} }))
    expect(await liveLogs.next('job', log, 1)).toBeUndefined()
    say(1, 'b')
    later()
    asked()
    expect(await liveLogs.next('job', log, 1)).toMatchObject({ text: 'b' })
    expect(asked()[0]).toBe('job@')
  })

  it('say what is no matter of patience', async () => {
    const { liveLogs, start, faults, later } = cloudwatch()
    start('job')(0, 'a')
    faults.push(named('AccessDeniedException'))
    await expect(liveLogs.next('job', log, 0)).rejects.toThrow('AccessDenied')
    later()
    faults.push(new InvalidParameterException({ message: 'no such name', $metadata: {} }))
    await expect(liveLogs.next('job', log, 0)).rejects.toThrow('no such name')
    later()
    expect(await liveLogs.next('job', log, 0)).toMatchObject({ text: 'a' })
  })

  it('are remembered while there is room: of very long ones the last is', async () => {
    const { liveLogs, start, later, asked } = cloudwatch(10_000)
    const large = 'x'.repeat(20 * 1024 ** 2)
    for (const job of ['one', 'two']) start(job)(0, large)
    await liveLogs.next('one', log, 0)
    await liveLogs.next('two', log, 0)
    asked()
    expect(await liveLogs.next('two', log, 0)).toMatchObject({ offset: 0 })
    expect(asked()).toStrictEqual([])
    later()
    expect(await liveLogs.next('one', log, 0)).toMatchObject({ offset: 0 })
    expect(asked()[0]).toBe('one@')
  })
})
