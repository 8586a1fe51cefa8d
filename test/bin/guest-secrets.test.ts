import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatedRuns } from '../builders/gated-run.ts'

let runs: GatedRuns
beforeEach(() => {
  runs = new GatedRuns()
  process.env['TILL_KEY'] = 'of the engine'
})
afterEach(() => {
  delete process.env['TILL_KEY']
  delete process.env['OTHER_KEY']
  runs[Symbol.dispose]()
})

/** Writes a workflow whose task shows what it was given, in a file, backwards: words of a secret do not get through. */
function showing(name: string, from: string): string {
  const tasks = {
    show: { run: `printf %s "$KEY" | rev > '${join(runs.folder, `${name}.seen`)}'`, secrets: { KEY: { from } } },
  }
  const file = `${name}.json`
  const workflow = { apiVersion: 'forkcast/v1', name, code: 'none', tasks }
  writeFileSync(join(runs.folder, file), JSON.stringify(workflow))
  return file
}

const seen = (name: string): string => readFileSync(join(runs.folder, `${name}.seen`), 'utf8')

describe('secrets of a run that another process’s engine works on', { timeout: 120_000 }, () => {
  it('are those of the engine’s process', async () => {
    const first = await runs.following('run', runs.workflow('one'))
    process.env['TILL_KEY'] = 'of the guest'

    const guest = await runs.forkcast('run', showing('two', 'env:TILL_KEY'), '-q')

    expect(guest.code).toBe(0)
    expect(seen('two')).toBe('enigne eht fo')
    runs.open('one')
    expect((await first.end).code).toBe(0)
  })

  it('are those of files where the engine was started', async () => {
    const first = await runs.following('run', runs.workflow('one'))
    mkdirSync(join(runs.folder, 'keys'))
    writeFileSync(join(runs.folder, 'keys', 'till'), 'a key of files\n')

    expect((await runs.forkcast('run', showing('two', 'file:keys/till'), '-q')).code).toBe(0)
    expect(seen('two')).toBe('selif fo yek a')
    runs.open('one')
    expect((await first.end).code).toBe(0)
  })

  it.each([
    ['a variable', 'env:OTHER_KEY', 'env:OTHER_KEY, which is not set where'],
    ['a file', 'file:keys/other', 'file:keys/other, which is not there where'],
  ])('are refused by name, before anything is stored, when it has not %s', async (_, from, words) => {
    const first = await runs.following('run', runs.workflow('one'))
    process.env['OTHER_KEY'] = 'of the guest'

    const guest = await runs.forkcast('run', showing('two', from))

    expect(guest.code).toBe(5)
    expect(guest.stderr).toContain(`✗ SECRET-NOT-SEEN  task show takes the secret ${words}`)
    expect(guest.stderr).toContain('→ end that engine')
    expect(guest.stderr).not.toContain('of the guest')
    expect((await runs.show('latest')).id).toBe(first.run)
    expect(existsSync(join(runs.folder, 'two.seen'))).toBe(false)
    runs.open('one')
    expect((await first.end).code).toBe(0)
  })

  it('are looked for when a run is run again, or taken up', async () => {
    process.env['OTHER_KEY'] = 'of its own'
    const broken = showing('two', 'env:OTHER_KEY')
    writeFileSync(
      join(runs.folder, broken),
      readFileSync(join(runs.folder, broken), 'utf8').replace('| rev', '| exit 3'),
    )
    expect((await runs.forkcast('run', broken, '-q')).code).toBe(1)
    const { id } = await runs.show('latest')
    delete process.env['OTHER_KEY']
    const first = await runs.following('run', runs.workflow('one'))

    const retried = await runs.forkcast('retry', id, '-q')

    expect(retried.code).toBe(5)
    expect(retried.stderr).toContain('SECRET-NOT-SEEN')
    runs.open('one')
    expect((await first.end).code).toBe(0)
  })
})
