import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openAccount } from '../../infra-tests/account/emulated-account.ts'

/** An account that somebody else has started, which tells its version at this path. */
async function givenAccount(tells: string): Promise<string> {
  const server = createServer(({ url }, response) => {
    response.statusCode = url === tells ? 200 : 404
    response.end(JSON.stringify({ version: '9.8.7' }))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('scenarios of a deployment', () => {
  it.each([
    ['/_ministack/health', 'ministack 9.8.7'],
    ['/_localstack/health', 'localstack 9.8.7'],
    ['/', 'an endpoint that does not tell its name'],
  ])('take the account at AWS_ENDPOINT_URL, say which it is, and leave it running: %s', async (tells, name) => {
    const given = await givenAccount(tells)
    vi.stubEnv('AWS_ENDPOINT_URL', `${given}/`)
    onTestFinished(() => void vi.unstubAllEnvs())
    const account = await openAccount('', () => expect.unreachable('an account of our own was started'))
    expect([account.url, account.name]).toStrictEqual([given, `${name} at ${given}`])
    await account.stop()
    expect((await fetch(given + tells)).ok).toBe(true)
  })
})
