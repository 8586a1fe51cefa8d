import { describe, expect, it } from 'vitest'
import { ok } from '#core/result.ts'
import { anomaliesRun } from '../fakes/documents.ts'
import { FakeControlPlane } from '../fakes/fake-control-plane.ts'
import { FakeHost } from '../fakes/fake-host.ts'
import { anomalies } from '../fakes/workflows.ts'

function world() {
  const host = new FakeHost()
  const control = new FakeControlPlane()
  host.control = ok(control)
  control.seat = 'guest'
  control.runDocuments = [anomaliesRun]
  control.definition = anomalies
  host.workflows.set('flow.yaml', ok({ workflow: anomalies, hash: 'cafe', uploads: [] }))
  return { host, control }
}

describe.each(['run -d flow.yaml', 'resume --detach latest', 'retry -d'])('forkcast %s', (words) => {
  it('prints the id alone on standard output, and how to follow on standard error', async () => {
    const { host } = world()
    expect(await host.run(words)).toBe(0)
    expect(host.stdout.text).toBe('run_00000001\n')
    expect(host.stderr.text).toBe('runs in the background; follow it with  forkcast wait run_00000001\n')
    expect(host.opened[0]).toMatchObject({ mode: 'background' })
  })

  it('prints the document with --json, and says nothing with --quiet', async () => {
    const { host } = world()
    expect(await host.run(`${words} --json -q`)).toBe(0)
    expect((JSON.parse(host.stdout.text) as { readonly id: string }).id).toBe('run_00000001')
    expect(host.stderr.text).toBe('')
  })
})
