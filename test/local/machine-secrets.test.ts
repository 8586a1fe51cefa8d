import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { machineSecrets, type SecretPlaces } from '#local/machine-secrets.ts'

describe('the secrets of a machine', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'forkcast-secrets-'))
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })

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

  it('of an account are read with what its user has', async () => {
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(
        /Credential=([^,]*)\/aws4_request/.exec(request.headers.authorization ?? '')?.[1]?.replace(/\/\d+/, ''),
      )
      response.end(JSON.stringify({ Parameter: { Value: 'value' } }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const credentials = async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'key' })
    vi.stubEnv('AWS_REGION', 'eu-west-1')
    try {
      const secret = machineSecrets({ environment: () => undefined, folder, account: { credentials, endpoint } })
      expect(await secret({ source: 'ssm', name: '/a' })).toStrictEqual({ ok: true, value: 'value' })
      const arn = 'arn:aws:ssm:us-east-2:123456789012:parameter/a'
      expect(await secret({ source: 'ssm', name: arn })).toStrictEqual({ ok: true, value: 'value' })
      expect(asked).toStrictEqual(['AKIA/eu-west-1/ssm', 'AKIA/us-east-2/ssm'])
    } finally {
      server.close()
      await once(server, 'close')
    }
  })

  it('of an account need credentials, and a region', async () => {
    vi.stubEnv('AWS_REGION', undefined)
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'))
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'))
    const secretWith = (credentials: NonNullable<SecretPlaces['account']>['credentials']) =>
      machineSecrets({ environment: () => undefined, folder, account: { credentials } })({ source: 'ssm', name: '/a' })
    expect(await secretWith(() => Promise.reject(new Error('none')))).toMatchObject({
      ok: false,
      error: expect.stringContaining('needs credentials of AWS'),
    })
    expect(await secretWith(async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'key' }))).toMatchObject({
      ok: false,
      error: expect.stringContaining('needs a region'),
    })
  })

  it('of an account are there only', async () => {
    const secret = machineSecrets({ environment: () => 'value', folder })
    for (const source of ['ssm', 'secretsmanager'] as const) {
      expect(await secret({ source, name: 'A' })).toStrictEqual({ ok: false, error: 'can be read only in an account' })
    }
  })
})
