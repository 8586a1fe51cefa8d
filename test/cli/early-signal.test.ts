import { describe, expect, it } from 'vitest'
import { ok } from '#core/result.ts'
import { anomaliesRun } from './fakes/documents.ts'
import { FakeControlPlane } from './fakes/fake-control-plane.ts'
import { FakeHost } from './fakes/fake-host.ts'
import { anomalies } from './fakes/workflows.ts'

/** A host on which this happens while the run is submitted, which then stands still. */
function submitting(happens: (host: FakeHost) => void) {
  const host = new FakeHost()
  const control = new FakeControlPlane()
  host.control = ok(control)
  host.workflows.set('flow.yaml', ok({ workflow: { ...anomalies, params: {} }, hash: 'cafe', uploads: [] }))
  control.runDocuments = [anomaliesRun]
  control.afterEvents = () => new Promise(() => {})
  const { submit } = control
  control.submit = (request) => {
    happens(host)
    return submit.call(control, request)
  }
  return { host, control }
}

describe('20: a signal that comes before the run that it is meant for', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s drains the run as soon as there is one, and says how to go on', async (signal, code) => {
    const { host, control } = submitting((on) => on.signal(signal))

    expect(await host.run('run flow.yaml --drain 3')).toBe(code)
    expect(control.closings[0]).toBe(3)
    expect(host.stderr.text).toContain('run_00000001 is interrupted; go on with  forkcast resume run_00000001\n')
  })

  it('is nobody’s when it comes twice, and ends the process', async () => {
    const { host } = submitting((on) => {
      on.signal('SIGINT')
      expect(() => on.signal('SIGINT')).toThrow('nobody listens to SIGINT')
    })

    expect(await host.run('run flow.yaml')).toBe(130)
  })

  it('is the exit code when nothing comes of the submission', async () => {
    const { host, control } = submitting((on) => on.signal('SIGINT'))
    control.refusal = { code: 'NO', message: 'no', fix: '', exitCode: 5 }

    expect(await host.run('run flow.yaml')).toBe(130)
  })
})
