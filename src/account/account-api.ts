import type { S3Client } from '@aws-sdk/client-s3'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { accountCommands, type AccountCommandPorts } from '#account/account-commands.ts'
import { atRoot } from '#account/at-root.ts'
import { polledHold } from '#account/polled-hold.ts'
import { tenant } from '#account/tenant.ts'
import { PresignedLinks } from '#adapters/aws/presigned-links.ts'
import document from '#contract/api/openapi.json' with { type: 'json' }
import { ProblemError } from '#contract/problem.ts'
import type { LiveLogs } from '#ports/live-logs.ts'
import { apiHandler } from '../../lambdas/api/handler.ts'

export interface AccountApiOptions {
  readonly s3: S3Client
  readonly bucket: string
  /** Told of what a client was answered a fault for. */
  readonly onError: (error: unknown) => void
  /** What clones say while they run. @default - nothing until they have ended */
  readonly liveLogs?: LiveLogs
}

/** The API of a deployment, as API Gateway calls it: uploads and large outputs go by links of S3, and a run is always worked on. */
export function accountApi(
  ports: AccountCommandPorts,
  { s3, bucket, onError, liveLogs }: AccountApiOptions,
): (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> {
  return atRoot(
    apiHandler({
      ...ports,
      tenant,
      version: document.info.version,
      openApi: JSON.stringify(document),
      capacity: () => ports.pools.capacity(),
      commands: accountCommands(ports),
      isAlive: () => true,
      ...(liveLogs && { liveLogs }),
      links: new PresignedLinks({ client: s3, bucket }),
      hold: polledHold(() => ports.clock.nowMs()),
      explain: (error) => {
        onError(error)
        return error instanceof ProblemError ? error.problem : undefined
      },
    }),
  )
}
