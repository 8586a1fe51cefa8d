import { describe, expect, it } from 'vitest'
import { ok } from '#core/result.ts'
import { anomaliesRun, failedRun } from '../fakes/documents.ts'
import { FakeControlPlane } from '../fakes/fake-control-plane.ts'
import { FakeHost } from '../fakes/fake-host.ts'
import { Script } from '../fakes/script.ts'
import { anomalies } from '../fakes/workflows.ts'

function world(run = anomaliesRun) {
  const host = new FakeHost()
  const control = new FakeControlPlane()
  host.control = ok(control)
  control.seat = 'reader'
  control.runDocuments = [run]
  control.definition = anomalies
  control.eventDocuments = new Script().submitted().alone(0.2, 0.6, 'list', 'hot-cpu').events
  return { host, control }
}

/** A list of events that never ends; resolves when they have been read. */
const forEver = (control: FakeControlPlane): Promise<void> =>
  new Promise((resolve) => {
    control.afterEvents = () => {
      resolve()
      return new Promise(() => {})
    }
  })

describe('forkcast wait', () => {
  it('opens nothing but what is stored, and ends as the run did', async () => {
    const { host } = world()
    expect(await host.run('wait latest')).toBe(0)
    expect(host.opened).toStrictEqual([{ dir: '.forkcast', mode: 'read' }])
    expect(host.stdout.text).toContain('anomalies succeeded')
    expect(await world(failedRun).host.run('wait')).toBe(1)
    expect(await world({ ...anomaliesRun, state: 'cancelled' }).host.run('wait')).toBe(7)
  })

  it('prints the document with --json, and each event with --json=stream', async () => {
    const { host } = world()
    await host.run('wait --json')
    expect((JSON.parse(host.stdout.text) as { readonly id: string }).id).toBe('run_00000001')
    const streaming = world().host
    await streaming.run('wait --json=stream')
    expect(streaming.stdout.text.trimEnd().split('\n')).toHaveLength(world().control.eventDocuments.length)
  })

  it('exits 124 when its time is over, says so, and leaves the run', async () => {
    const { host, control } = world({ ...anomaliesRun, state: 'running' })
    void forEver(control)
    const end = host.run('wait latest --timeout 5m --json')
    await host.untilTimer()
    host.tickAt(300_000)
    expect(await end).toBe(124)
    expect(host.stderr.text).toContain('run_00000001 is still running; wait on with  forkcast wait run_00000001')
    expect((JSON.parse(host.stdout.text) as { readonly state: string }).state).toBe('running')
    expect(control.cancelled).toStrictEqual([])
  })

  it('says how to go on with a run that no engine works on', async () => {
    const { host } = world({ ...anomaliesRun, state: 'interrupted' })
    expect(await host.run('wait latest --json')).toBe(1)
    expect(host.stderr.text).toContain('run_00000001 is interrupted; go on with  forkcast resume run_00000001')
    expect((JSON.parse(host.stdout.text) as { readonly state: string }).state).toBe('interrupted')
  })

  it('leaves the run alone at Ctrl-C', async () => {
    const { host, control } = world({ ...anomaliesRun, state: 'running' })
    const followed = forEver(control)
    const end = host.run('wait latest -q')
    await followed
    host.signal('SIGINT')
    expect(await end).toBe(130)
    expect(host.stderr.text).not.toContain('draining')
    expect(host.stderr.text).toContain(
      'goes on in the engine of another process; follow it again with  forkcast wait run_00000001',
    )
  })

  it('names the run that is not there', async () => {
    const { host } = world()
    expect(await host.run('wait run_nothere')).toBe(3)
    expect(host.stderr.text).toContain('RUN-NOT-FOUND')
  })
})
