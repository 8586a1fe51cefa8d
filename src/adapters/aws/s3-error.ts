import { S3ServiceException } from '@aws-sdk/client-s3'
import { outOfReach } from '#core/failure/out-of-reach.ts'
import { RefusedObject } from '#ports/refused-object.ts'

/** The HTTP status of an answer of S3, or `undefined` when there was none. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
}

/** Whether an upload in parts has ended already: it was completed, or given up. */
export function isSpentUpload(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'NoSuchUpload'
}

/** The answer, or `undefined` when S3 says that there is no such object. */
export async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof S3ServiceException && (error.name === 'NoSuchKey' || error.name === 'NotFound'))
      return undefined
    throw error
  }
}

/** What S3 has of an object. @throws RefusedObject when it says that this reader may not have it, there or not. */
export async function unlessRefused<T>(key: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'AccessDenied') throw new RefusedObject(key, error)
    throw error
  }
}

/** Carries out a transfer. What S3 refused or did not answer is thrown as out of reach; what the machine refused, as it is. */
export async function transfer<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!isOfRequest(error)) throw error
    const { name, message } = error
    throw Object.assign(new Error(`S3: ${name}: ${message}`, { cause: error }), { code: outOfReach })
  }
}

/** Errors that the client gave up at tell of its tries. */
function isOfRequest(error: unknown): error is Error {
  return error instanceof Error && error.name !== 'AbortError' && '$metadata' in error
}
