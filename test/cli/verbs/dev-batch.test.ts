import { describe, expect, it } from 'vitest'
import { ok } from '#core/result.ts'
import { FakeHost } from '../fakes/fake-host.ts'

describe('dev batch', () => {
  const served = () => {
    const host = new FakeHost()
    const closed: string[] = []
    const close = async () => void closed.push('closed')
    host.batch = ok({ url: 'http://127.0.0.1:7000', accessKeyId: 'AKID1', region: 'us-east-1', close })
    return { host, closed }
  }

  it('says what to export, and stays until a signal', async () => {
    const { host, closed } = served()
    const end = host.run('dev batch')
    await host.untilTimer()
    expect(host.stderr.text).toContain('export AWS_ENDPOINT_URL_BATCH=http://127.0.0.1:7000 AWS_REGION=us-east-1')
    expect(host.stderr.text).toContain('export AWS_ACCESS_KEY_ID=AKID1')
    host.signal('SIGINT')
    expect(await end).toBe(130)
    expect(closed).toStrictEqual(['closed'])
  })

  it('takes its own options, and prints events where it is told to', async () => {
    const { host } = served()
    const end = host.run(
      '--dir state dev batch --port 7000 --seed s --drop 0.1 --duplicate 0.2 --delay 1 --reorder 1m --events',
    )
    await host.untilTimer()
    expect(host.batchRequests).toMatchObject([
      { dir: 'state', port: 7000, seed: 's', drop: 0.1, duplicate: 0.2, delayS: 1, reorderS: 60 },
    ])
    await host.batchRequests[0]?.onEvent({ id: '1' })
    expect(host.stdout.text).toBe('{"id":"1"}\n')
    host.signal('SIGTERM')
    expect(await end).toBe(143)
  })

  it('prints no events unless it is told to', async () => {
    const { host } = served()
    const end = host.run('dev batch')
    await host.untilTimer()
    await host.batchRequests[0]?.onEvent({ id: '1' })
    expect(host.stdout.text).toBe('')
    host.signal('SIGINT')
    await end
  })

  it('a port that is taken, and a share that is none', async () => {
    const host = new FakeHost()
    expect(await host.run('dev batch --port 7000')).toBe(5)
    expect(host.stderr.text).toContain('port 7000 is taken')
    expect(await host.run('dev batch --drop 2')).toBe(2)
    expect(host.batchRequests).toHaveLength(1)
  })
})
