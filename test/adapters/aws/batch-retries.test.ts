import { BatchServiceException } from '@aws-sdk/client-batch'
import { expect, it } from 'vitest'
import { failureOf, maxTries, repeated } from '#adapters/aws/batch-retries.ts'

const answered = (name: string, httpStatusCode: number) =>
  new BatchServiceException({
    name,
    $fault: httpStatusCode < 500 ? 'client' : 'server',
    message: name,
    $metadata: { httpStatusCode },
  })
const broken = (properties: object) => Object.assign(new Error('no answer'), properties)

it.each([
  [answered('TooManyRequestsException', 429), 'throttled'],
  [answered('ThrottlingException', 400), 'throttled'],
  [answered('SomethingElse', 429), 'throttled'],
  [answered('ServerException', 500), 'unclear'],
  [answered('ServiceUnavailable', 503), 'unclear'],
  [answered('ClientException', 400), 'refused'],
  [answered('AccessDeniedException', 403), 'refused'],
  [broken({ code: 'ECONNRESET' }), 'unclear'],
  [broken({ name: 'TimeoutError' }), 'unclear'],
  [new SyntaxError('Unexpected end of JSON input'), 'unclear'],
  [broken({ name: 'CredentialsProviderError' }), 'refused'],
  [new TypeError('a bug'), 'refused'],
  ['a text', 'refused'],
] as const)('%s is %s', (error, failure) => {
  expect(failureOf(error)).toBe(failure)
})

it('is made again until it is answered, and not after it was refused', async () => {
  const errors: Error[] = [answered('ThrottlingException', 400), broken({ code: 'ECONNRESET' })]
  let calls = 0
  const call = async () => {
    calls += 1
    const error = errors.shift()
    if (error !== undefined) throw error
    return 'answer'
  }
  expect(await repeated(call)).toBe('answer')
  expect(calls).toBe(3)
  errors.push(answered('ClientException', 400))
  await expect(repeated(call)).rejects.toThrow('ClientException')
  expect(calls).toBe(4)
  expect(maxTries).toBeGreaterThan(10)
})
