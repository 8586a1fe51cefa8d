import { Hash } from '@smithy/core/serde'
import { SignatureV4 } from '@smithy/signature-v4'
import type { Authorise } from '#client/patient-fetch.ts'

/** Credentials of AWS, as its SDK finds them; asked for before each request, so that short ones may change. */
export type AwsCredentials = () => Promise<{
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}>

class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super('sha256', secret)
  }
}

/** Signs requests for API Gateway (SigV4), each when it is sent: a signature is good for some minutes. */
export function signedRequests(region: string, credentials: AwsCredentials): Authorise {
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 })
  return async (request) => {
    const { protocol, hostname, host, port, pathname, searchParams } = new URL(request.url)
    const signed = await signer.sign({
      method: request.method,
      protocol,
      hostname,
      ...(port !== '' && { port: Number(port) }),
      path: pathname,
      query: queryOf(searchParams),
      headers: { ...Object.fromEntries(request.headers), host },
      body: new Uint8Array(await request.clone().arrayBuffer()),
    })
    // What is sent as the host follows from the address.
    for (const [name, value] of Object.entries(signed.headers)) if (name !== 'host') request.headers.set(name, value)
  }
}

/** Parameters that come several times are lists. */
function queryOf(parameters: URLSearchParams): Record<string, string | string[]> {
  const names = new Set(parameters.keys())
  return Object.fromEntries(
    [...names].map((name) => {
      const values = parameters.getAll(name)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}

/** The region in the address that API Gateway gives to an API. */
export function gatewayRegion({ hostname }: URL): string | undefined {
  return /^[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(hostname)?.[1]
}
