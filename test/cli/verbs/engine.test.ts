import { describe, expect, it } from 'vitest'
import { ok } from '#core/result.ts'
import { FakeControlPlane } from '../fakes/fake-control-plane.ts'
import { FakeHost } from '../fakes/fake-host.ts'
import { Script } from '../fakes/script.ts'

function world() {
  const host = new FakeHost()
  const control = new FakeControlPlane()
  host.control = ok(control)
  return { host, control }
}

/** Lets the verb look at `ms`, and do what follows. */
async function tick(host: FakeHost, ms: number): Promise<void> {
  host.tickAt(ms)
  await new Promise(setImmediate)
}

describe('forkcast engine', () => {
  it('works while others have runs in it, logs what becomes of them, and ends when it was idle for long enough', async () => {
    const { host, control } = world()
    control.eventDocuments = new Script().submitted().finished(4, 'succeeded').events
    control.guestRuns = ['run_00000001']
    const end = host.run('engine --idle 10 --pools p.yaml --beside flow.yaml')
    await host.untilTimer()
    await tick(host, 60_000)
    control.guestRuns = []
    await tick(host, 69_000)
    await tick(host, 70_000)
    expect(await end).toBe(0)
    expect(host.opened).toStrictEqual([{ dir: '.forkcast', mode: 'engine', poolsFile: 'p.yaml', beside: 'flow.yaml' }])
    expect(host.stderr.text).toMatchInlineSnapshot(`
      "1970-01-01T00:00:00.000Z  engine of .forkcast is ready
      1970-01-01T00:01:00.000Z  run_00000001  run.submitted
      1970-01-01T00:01:00.000Z  run_00000001  run.planning
      1970-01-01T00:01:00.000Z  run_00000001  run.started
      1970-01-01T00:01:00.000Z  run_00000001  run.finished
      1970-01-01T00:01:10.000Z  nothing left to do
      "
    `)
  })

  it('leaves at once where another engine is', async () => {
    const { host, control } = world()
    control.seat = 'guest'
    expect(await host.run('engine')).toBe(0)
    expect(host.stderr.text).toBe('')
  })

  it('drains at a signal', async () => {
    const { host, control } = world()
    const end = host.run('engine --drain 3')
    await host.untilTimer()
    host.signal('SIGTERM')
    expect(await end).toBe(143)
    expect(control.closings[0]).toBe(3)
    expect(host.stderr.text).toContain('ended by a signal')
  })

  it('ends with the fault of the engine', async () => {
    const { host, control } = world()
    control.guestRuns = ['run_00000001']
    control.afterEvents = () => Promise.reject(new Error('the disk is gone'))
    const end = host.run('engine')
    await host.untilTimer()
    await tick(host, 1000)
    expect(await end).toBe(1)
    expect(host.stderr.text).toContain('the disk is gone')
  })
})
