import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { machineSecrets } from '#local/machine-secrets.ts'

describe('the secrets of a machine', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'forkcast-secrets-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('come from the environment, which is asked for nothing else', async () => {
    const asked: string[] = []
    const environment = (name: string) => {
      asked.push(name)
      return name === 'A' ? 'value\n' : undefined
    }
    const secret = machineSecrets({ environment, folder })
    expect(await secret({ source: 'env', name: 'A' })).toStrictEqual({ ok: true, value: 'value\n' })
    expect(await secret({ source: 'env', name: 'B' })).toStrictEqual({ ok: false, error: 'is not set' })
    expect(asked).toStrictEqual(['A', 'B'])
  })

  it('come from files, from the folder on or absolute, without the newline at their end', async () => {
    const secret = machineSecrets({ environment: () => undefined, folder })
    writeFileSync(join(folder, 'a'), 'two\nlines\n\n')
    symlinkSync('a', join(folder, 'link'))
    for (const name of ['a', './a', 'link', join(folder, 'a')]) {
      expect(await secret({ source: 'file', name })).toStrictEqual({ ok: true, value: 'two\nlines\n' })
    }
    writeFileSync(join(folder, 'dos'), 'value\r\n')
    expect(await secret({ source: 'file', name: 'dos' })).toStrictEqual({ ok: true, value: 'value' })
  })

  it('are refused by name when a file is none, and without what is in it', async () => {
    const secret = machineSecrets({ environment: () => undefined, folder })
    mkdirSync(join(folder, 'folder'))
    writeFileSync(join(folder, 'bytes'), Buffer.from([0x73, 0xfe]))
    writeFileSync(join(folder, 'long'), 'x'.repeat(64 * 1024 + 1))
    const why = async (name: string) => {
      const found = await secret({ source: 'file', name })
      return found.ok ? found.value : found.error
    }
    expect(await why('none')).toBe('is not there')
    expect(await why('bytes/none')).toBe('is not there')
    expect(await why('folder')).toBe('is not a file')
    expect(await why('bytes')).toBe('is not UTF-8')
    expect(await why('long')).toBe('has more than 64 KiB')
  })

  it('of an account are there only', async () => {
    const secret = machineSecrets({ environment: () => 'value', folder })
    for (const source of ['ssm', 'secretsmanager'] as const) {
      expect(await secret({ source, name: 'A' })).toStrictEqual({ ok: false, error: 'can be read only in an account' })
    }
  })
})
