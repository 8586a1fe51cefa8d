import type { Context } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { observed, type Told } from '#account/observed.ts'

const context = { functionName: 'f', awsRequestId: 'r', memoryLimitInMB: '512', invokedFunctionArn: 'arn' } as Context

/** All lines that were written. */
const written: Record<string, unknown>[] = []
const lines = (): readonly Record<string, unknown>[] => written

describe('a function that is observed', () => {
  beforeEach(() => {
    // Powertools write by the console of this process then.
    vi.stubEnv('POWERTOOLS_DEV', 'true')
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')
    vi.stubEnv('POWERTOOLS_TRACE_ENABLED', 'false')
    written.length = 0
    for (const level of ['info', 'error', 'log', 'warn'] as const) {
      const write = (text: string) => void written.push(JSON.parse(text) as Record<string, unknown>)
      vi.spyOn(console, level).mockImplementation(write)
    }
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })

  const open = (act: (told: Told, event: number) => number | Promise<number>) =>
    observed<number, number>({
      name: 'settle',
      environment: { FORKCAST_DEPLOYMENT: 'mine' },
      make: (told) => async (event) => act(told, event),
      say: (event, result) => ({ event, result }),
    })

  it('writes one line a call', async () => {
    const handler = open((_, event) => event + 1)
    expect(await handler(1, context)).toBe(2)
    const [line, ...more] = lines()
    expect(line).toMatchObject({
      level: 'INFO',
      message: 'settle',
      service: 'mine',
      function_request_id: 'r',
      event: 1,
      result: 2,
    })
    expect(line?.['durationMs']).toBeTypeOf('number')
    expect(more).toStrictEqual([])
  })

  it('tells metrics in another line, of calls that wrote something', async () => {
    const handler = open((told, event) => {
      if (event === 1) for (const value of [2, 3]) told.measure('CostUsd', value)
      return event
    })
    await handler(0, context)
    expect(lines()).toHaveLength(1)
    await handler(1, context)
    const [metrics] = lines().filter((line) => '_aws' in line)
    expect(metrics).toMatchObject({ service: 'mine', CostUsd: [2, 3] })
    expect(JSON.stringify(metrics?.['_aws'])).toContain('"Namespace":"Forkcast","Dimensions":[["service"]]')
    await handler(2, context)
    expect(lines().filter((line) => '_aws' in line)).toHaveLength(1)
  })

  it('tells in its line of what was passed over, each once', async () => {
    const handler = open((told, event) => {
      if (event === 0) told.onError(new Error('one of many'))
      return event
    })
    await handler(0, context)
    await handler(1, context)
    const [failed] = lines().filter(({ level }) => level === 'ERROR')
    expect(failed).toMatchObject({ message: 'settle failed in part', event: 0 })
    expect(JSON.stringify(failed)).toContain('one of many')
    expect(lines().filter(({ level }) => level === 'INFO')).toHaveLength(1)
  })

  it('fails as what it calls does, and says so', async () => {
    const handler = open(() => Promise.reject(new Error('no store')))
    await expect(handler(0, context)).rejects.toThrow('no store')
    expect(lines()).toMatchObject([{ level: 'ERROR', message: 'settle failed', error: { message: 'no store' } }])
  })

  it('says by each call why it could not start', async () => {
    const handler = observed<number, number>({
      name: 'settle',
      environment: { FORKCAST_DEPLOYMENT: 'mine' },
      make: () => {
        throw new Error('FORKCAST_TABLE is not set')
      },
    })
    await expect(handler(0, context)).rejects.toThrow('FORKCAST_TABLE is not set')
    expect(lines()).toMatchObject([{ error: { message: 'FORKCAST_TABLE is not set' } }])
  })
})
