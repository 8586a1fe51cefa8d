import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { accountSecrets } from '#adapters/aws/account-secrets.ts'
import { outOfReach } from '#core/failure/out-of-reach.ts'
import { secretSource } from '#core/workflow/secret-source.ts'
import type { SecretRef } from '#core/workflow/workflow.ts'

interface Asked {
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

/** What a service that answers so makes of a secret; and what it was asked. */
async function read(from: string, status: number, answer: unknown) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ headers: request.headers, body: JSON.parse(body) })
      response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const secrets = accountSecrets({
    credentials: async () => ({ accessKeyId: 'ASIA', secretAccessKey: 'key', sessionToken: 'session' }),
    region: async () => 'eu-west-1',
    refusedFix: 'ask for it',
    endpoint: `http://127.0.0.1:${port}`,
  })
  try {
    const found = await secrets(secretSource(from) as SecretRef).catch((error: unknown) => error)
    return { found, asked }
  } finally {
    server.close()
    await once(server, 'close')
  }
}

const arn = 'arn:aws:secretsmanager:us-east-2:123456789012:secret:forkcast/db-AbCdEf'
const told = (SecretString: string) => ({ ARN: arn, Name: 'forkcast/db', SecretString })

describe('a secret of an account', () => {
  it('is a parameter, decrypted, asked for in the name of whoever reads', async () => {
    const { found, asked } = await read('ssm:/forkcast/secrets/a', 200, { Parameter: { Value: 'value' } })
    expect(found).toStrictEqual({ ok: true, value: 'value' })
    expect(asked[0]?.body).toStrictEqual({ Name: '/forkcast/secrets/a', WithDecryption: true })
    expect(asked[0]?.headers).toMatchObject({
      'x-amz-target': 'AmazonSSM.GetParameter',
      'x-amz-security-token': 'session',
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=ASIA\/\d{8}\/eu-west-1\/ssm\/aws4_request/),
    })
  })

  it('is a secret of Secrets Manager, in the region of its ARN', async () => {
    const { found, asked } = await read(`secretsmanager:${arn}`, 200, told('value'))
    expect(found).toStrictEqual({ ok: true, value: 'value' })
    expect(asked[0]?.body).toStrictEqual({ SecretId: arn })
    expect(asked[0]?.headers.authorization).toContain('/us-east-2/secretsmanager/aws4_request')
  })

  it.each([
    [':password', { SecretId: arn }],
    [':password:AWSPREVIOUS', { SecretId: arn, VersionStage: 'AWSPREVIOUS' }],
    [':password::some-version', { SecretId: arn, VersionId: 'some-version' }],
  ])('is one key of a JSON secret: %s', async (end, body) => {
    const { found, asked } = await read(`secretsmanager:${arn}${end}`, 200, told('{"password":"value","n":1}'))
    expect(found).toStrictEqual({ ok: true, value: 'value' })
    expect(asked[0]?.body).toStrictEqual(body)
  })

  it.each([
    ['password', 'top secret'],
    ['password', '"top secret"'],
    ['password', '{"other":"top secret"}'],
    ['password', '{"password":{"deep":"top secret"}}'],
    ['password', 'null'],
    ['constructor', '{}'],
  ])('has to have the key %s, and is not shown where it has not: %s', async (key, value) => {
    const { found } = await read(`secretsmanager:${arn}:${key}`, 200, told(value))
    expect(found).toMatchObject({ ok: false, error: expect.stringContaining(`no text under its key ${key}`) })
    expect(JSON.stringify(found)).not.toContain('top secret')
  })

  it.each([
    [400, { __type: 'ParameterNotFound' }, 'is not in this account in eu-west-1: make it there, or correct its name'],
    [400, { __type: 'ParameterVersionNotFound' }, 'is not in this account'],
    [400, { __type: 'com.amazonaws.ssm#AccessDeniedException' }, 'is refused, or is not there: ask for it'],
    [400, { __type: 'InvalidKeyId' }, "can't be read (InvalidKeyId)"],
    [400, { __type: 'com.amazon.coral.validate#ValidationException' }, "can't be read (ValidationException)"],
  ])('that can never be had is told with what to do: %s %o', async (status, answer, words) => {
    const { found, asked } = await read('ssm:/forkcast/secrets/a', status, answer)
    expect(found).toMatchObject({ ok: false, error: expect.stringContaining(words) })
    expect(asked).toHaveLength(1)
  })

  it.each([
    [400, { __type: 'ResourceNotFoundException' }, 'is not in this account in us-east-2'],
    [400, { __type: 'InvalidRequestException', Message: 'scheduled for deletion' }, "can't be read"],
    [400, { __type: 'DecryptionFailure' }, "can't be read"],
    [200, { ARN: arn, SecretBinary: 'dG9w' }, 'is binary'],
  ])('of Secrets Manager, too: %s %o', async (status, answer, words) => {
    const { found } = await read(`secretsmanager:${arn}`, status, answer)
    expect(found).toMatchObject({ ok: false, error: expect.stringContaining(words) })
  })

  it.each([
    [400, { __type: 'ThrottlingException' }],
    [400, { __type: 'ExpiredTokenException' }],
    [500, { __type: 'InternalServerError' }],
    [503, '<html>'],
    [200, '{"Parameter":{"Value":"top secret'],
    [200, { Parameter: { Secret: 'top secret' } }],
  ])('that nobody gave yet may be had later: %s %o', async (status, answer) => {
    const { found } = await read('ssm:/forkcast/secrets/a', status, answer)
    expect(found).toMatchObject({ code: outOfReach, message: expect.stringMatching(/^ssm: /) })
    expect(String(found)).not.toContain('top secret')
  })

  it('is asked of nobody where there is none', async () => {
    const { found, asked } = await read('env:A', 200, {})
    expect(found).toMatchObject({ ok: false, error: expect.stringContaining('of the machine') })
    expect(asked).toStrictEqual([])
    const away = accountSecrets({
      credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
      region: async () => 'eu-west-1',
      refusedFix: '',
      endpoint: 'http://127.0.0.1:9',
    })
    await expect(away({ source: 'ssm', name: '/a' })).rejects.toMatchObject({ code: outOfReach })
  })
})
