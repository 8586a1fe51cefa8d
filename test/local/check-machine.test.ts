import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkMachine } from '#local/check-machine.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkcast-check-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

describe('a machine', () => {
  it('that runs these tests has all that a run needs, and nothing is left in the state directory', async () => {
    const checks = await checkMachine(folder)
    expect(checks.filter(({ ok }) => !ok)).toStrictEqual([])
    expect(checks.map(({ name }) => name)).toContain('named pipes')
    expect(readdirSync(folder)).toStrictEqual([])
  })

  it('without any programs is told so, and what needs mkfifo', async () => {
    vi.stubEnv('PATH', folder)
    const checks = await checkMachine(folder)
    expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toStrictEqual([
      'shell',
      'process groups',
      'named pipes',
    ])
    const check = checks.find(({ name }) => name === 'named pipes')
    expect(check).toMatchObject({ ok: false, found: expect.stringContaining('ENOENT') as unknown })
    expect(check?.fix).toMatch(/tasks with secrets.*mkfifo/)
  })
})
