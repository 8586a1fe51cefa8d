import { credentials, region } from './emulated-account.ts'

/** Asks a service of an account that has no client here. Emulators want a signature to be there. @throws for what is not answered well */
export async function askService(
  service: string,
  url: string,
  { method = 'GET', body }: { readonly method?: string; readonly body?: object } = {},
): Promise<unknown> {
  const scope = `${credentials.accessKeyId}/20260101/${region}/${service}/aws4_request`
  const answer = await fetch(url, {
    method,
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
      'content-type': 'application/json',
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const said = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${url} is answered ${answer.status}: ${said}`)
  return JSON.parse(said)
}
