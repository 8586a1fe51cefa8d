import type { S3Client } from '@aws-sdk/client-s3'
import type { STSClient } from '@aws-sdk/client-sts'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import type { AccountPorts } from '#account/account-ports.ts'
import { atRoot } from '#account/at-root.ts'
import type { Settings } from '#account/settings.ts'
import { PresignedLinks } from '#adapters/aws/presigned-links.ts'
import { StsCloneCredentials } from '#adapters/aws/sts-clone-credentials.ts'
import type { AgentBundle } from '#ports/agent-bundle.ts'
import { cloneHandler } from '../../lambdas/clone/handler.ts'

/** The clone API of a deployment, as API Gateway calls it. Each call is checked by the keys of tokens as they are then. */
export function accountCloneApi(
  ports: AccountPorts,
  { s3, sts }: { readonly s3: S3Client; readonly sts: STSClient },
  settings: Settings<'bucket' | 'cloneRole' | 'agent' | 'agentBucket' | 'agentKey'>,
  onError: (error: unknown) => void,
): (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> {
  const { bucket, cloneRole, agent: sha256, agentBucket, agentKey: key } = settings
  const links = new PresignedLinks({ client: s3, bucket: agentBucket })
  const agent: AgentBundle = {
    sha256,
    link: () => links.get({ key, mediaType: 'text/javascript' }),
  }
  const credentials = new StsCloneCredentials({
    client: sts,
    role: cloneRole,
    bucket,
    region: () => sts.config.region(),
    objects: ports.objects,
  })
  return atRoot(async (event) => {
    const tokens = await ports.tokens()
    return cloneHandler({ ...ports, tokens, credentials, agent, onError })(event)
  })
}
