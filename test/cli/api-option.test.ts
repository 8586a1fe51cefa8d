import { beforeEach, describe, expect, it } from 'vitest'
import { ok } from '#core/result.ts'
import { failedRun } from './fakes/documents.ts'
import { FakeControlPlane } from './fakes/fake-control-plane.ts'
import { FakeHost } from './fakes/fake-host.ts'
import { anomalies } from './fakes/workflows.ts'

const url = 'https://forkcast.example'
let host: FakeHost
let control: FakeControlPlane
beforeEach(() => {
  host = new FakeHost()
  control = new FakeControlPlane()
  control.seat = 'remote'
  control.runDocuments = [failedRun]
  control.definition = anomalies
  control.outputDocuments = { report: { url: `${url}/report`, bytes: 3, sha256: 'ab'.repeat(32) } }
  host.control = ok(control)
  host.workflows.set('flow.yaml', ok({ workflow: anomalies, hash: 'cafe', uploads: [] }))
})

describe('--api', () => {
  it.each([
    ['ls', url],
    ['show latest', url],
    ['run -d flow.yaml', url],
    ['cancel latest', url],
    ['graph latest', url],
    ['pools', url],
  ])('has %s ask that control plane', async (words) => {
    await host.run(`${words} --api ${url} --dir there`)
    expect(host.openedRemote).toStrictEqual([{ url, dir: 'there' }])
    expect(host.opened).toStrictEqual([])
  })

  it('is FORKCAST_API, unless it is given', async () => {
    host.env = { FORKCAST_API: url }
    await host.run('ls')
    await host.run('ls --api http://127.0.0.1:7437')
    expect(host.openedRemote.map((opened) => opened.url)).toStrictEqual([url, 'http://127.0.0.1:7437'])
    host.env = { FORKCAST_API: '' }
    await host.run('ls')
    expect(host.opened).toHaveLength(1)
  })

  it('stands in the commands that are printed, where it was typed', async () => {
    await host.run(`show latest --api ${url}`)
    expect(host.stderr.text).toContain(`forkcast retry latest --api ${url}`)
    host.env = { FORKCAST_API: url }
    host.stderr.text = ''
    await host.run('show latest')
    expect(host.stderr.text).toMatch(/forkcast retry latest {2}/)
  })

  it.each(['init', 'validate flow.yaml', 'graph flow.yaml', 'limits', 'doctor', 'completion bash', 'version'])(
    'is not asked by %s',
    async (words) => {
      host.env = { FORKCAST_API: url }
      await host.run(words)
      expect(host.openedRemote).toStrictEqual([])
    },
  )

  it.each(['run flow.yaml --pools p.yaml', 'pools --pools p.yaml', 'retry latest --pools p.yaml'])(
    'and a pools file of this machine do not go together: %s',
    async (words) => {
      expect(await host.run(`${words} --api ${url}`)).toBe(2)
      expect(host.stderr.text).toContain('leave --pools or --api out')
      expect(host.openedRemote).toStrictEqual([])
    },
  )

  it.each(['dev --port 0', 'engine'])('is no word for %s, which is about this machine', async (words) => {
    expect(await host.run(`${words} --api ${url}`)).toBe(2)
    expect(host.stderr.text).toContain('leave --api out')
    host.env = { FORKCAST_API: url }
    await host.run(words)
    expect([host.opened.length, host.openedRemote.length]).toStrictEqual([1, 0])
  })
})

describe('outputs that are elsewhere', () => {
  it('are listed with their addresses', async () => {
    expect(await host.run(`outputs --api ${url}`)).toBe(0)
    expect(host.stdout.text).toContain(`${url}/report`)
    expect(control.saved).toStrictEqual([])
  })

  it.each([
    ['outputs latest report', `.forkcast/downloads/${failedRun.id}`],
    ['outputs latest report --to there', 'there'],
    ['outputs latest --to there', 'there'],
  ])('are downloaded by %s', async (words, folder) => {
    expect(await host.run(`${words} --api ${url}`)).toBe(0)
    expect(control.saved).toStrictEqual([{ run: failedRun.id, name: 'report', folder }])
    expect(host.stdout.text).toContain(`${folder}/report`)
  })
})
