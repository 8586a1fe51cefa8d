import { describe, expect, it } from 'vitest'
import { err, ok } from '#core/result.ts'
import { FakeHost } from '../fakes/fake-host.ts'
import { anomalies } from '../fakes/workflows.ts'

function world(): FakeHost {
  const host = new FakeHost()
  host.workflows.set('flow.yaml', ok({ workflow: anomalies, hash: 'cafe', uploads: [] }))
  const diagnostic = { code: 'WF-CYCLE', message: 'a → b → a', path: '/tasks/a', fix: 'remove one' } as const
  host.workflows.set(
    'bad.yaml',
    err({ diagnostics: [diagnostic], rendered: '✗ WF-CYCLE  a → b → a\n  → remove one', exitCode: 2 }),
  )
  return host
}

describe('forkcast validate', () => {
  it('sums a good workflow up', async () => {
    const host = world()
    expect(await host.run('validate flow.yaml')).toBe(0)
    expect(host.stdout.text).toBe('ok: 3 tasks, 3 levels, critical path list → clean → report\n')
  })

  it('prints all that is wrong on standard error', async () => {
    const host = world()
    expect(await host.run('validate bad.yaml')).toBe(2)
    expect(host.stdout.text).toBe('')
    expect(host.stderr.text).toBe('✗ WF-CYCLE  a → b → a\n  → remove one\n')
  })

  it('exits 3 for a file that is not there', async () => {
    expect(await world().run('validate none.yaml')).toBe(3)
  })

  it('prints {valid, diagnostics, hash} with --json', async () => {
    const good = world()
    await good.run('validate flow.yaml --json')
    expect(JSON.parse(good.stdout.text)).toStrictEqual({ valid: true, diagnostics: [], hash: 'cafe' })
    const bad = world()
    expect(await bad.run('validate bad.yaml --json')).toBe(2)
    expect(JSON.parse(bad.stdout.text)).toMatchObject({ valid: false, diagnostics: [{ code: 'WF-CYCLE' }], hash: null })
  })
})

describe('forkcast run and graph', () => {
  it.each(['run', 'graph'])('%s prints what is wrong with the file, and exits 2', async (verb) => {
    const host = world()
    expect(await host.run(`${verb} bad.yaml`)).toBe(2)
    expect(host.stderr.text).toBe('✗ WF-CYCLE  a → b → a\n  → remove one\n')
  })
})

describe('forkcast init', () => {
  it('writes a workflow and says what to type next', async () => {
    const host = world()
    expect(await host.run('init races/ --template race')).toBe(0)
    expect(host.stdout.text).toMatchInlineSnapshot(`
      "✓ races/forkcast.yaml
      ✓ races/tasks/fetch.sh
      next
        forkcast validate races/forkcast.yaml  check it
        forkcast run races/forkcast.yaml       run it
        forkcast outputs latest                see what it made
      "
    `)
    expect([...host.files.keys()]).toStrictEqual(['races//forkcast.yaml', 'races//tasks/fetch.sh'])
    expect(host.files.get('races//forkcast.yaml')).toMatch(
      /^# yaml-language-server: \$schema=https:\/\/forkcast\.example\/workflow\.schema\.json\napiVersion: forkcast\/v1\n/,
    )
  })

  it('overwrites nothing', async () => {
    const host = world()
    host.files.set('./forkcast.yaml', 'mine')
    expect(await host.run('init')).toBe(5)
    expect(host.files.get('./forkcast.yaml')).toBe('mine')
  })
})
