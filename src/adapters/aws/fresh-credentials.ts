import { type S3Client, S3ServiceException } from '@aws-sdk/client-s3'

/** What S3 says of credentials that are over, besides 403. */
const refusals: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
  'RequestExpired',
])

/**
 * Has a client ask for credentials anew when S3 refuses a request for those that it has, and make the request again: once, and
 * only if they are others by then. Requests that are refused at the same time ask once.
 */
export function renewRefusedCredentials(client: S3Client): void {
  const credentials = (options?: Record<string, unknown>) => client.config.credentials(options)
  client.middlewareStack.add(
    (next) => async (args) => {
      const used = await credentials()
      try {
        return await next(args)
      } catch (error) {
        if (!isRefusal(error)) throw error
        const known = await credentials()
        const present = isSame(known, used) ? await credentials({ forceRefresh: true }) : known
        if (isSame(present, used)) throw error
        return await next(args)
      }
    },
    { step: 'initialize', name: 'renewRefusedCredentials' },
  )
}

type Keys = Awaited<ReturnType<S3Client['config']['credentials']>>

function isSame(one: Keys, other: Keys): boolean {
  return one.accessKeyId === other.accessKeyId && one.sessionToken === other.sessionToken
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false
  return error.$metadata.httpStatusCode === 403 || refusals.has(error.name)
}
