import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { APIGatewayProxyEvent } from 'aws-lambda'

/** A request as API Gateway hands it to a function of a REST API that takes all media types as binary. */
export function proxyEvent(request: IncomingMessage, target: string, body: Buffer): APIGatewayProxyEvent {
  const [path = '/', ...rest] = target.split('?')
  const query = multiValues(new URLSearchParams(rest.join('?')))
  const headers = multiValues(headerPairs(request))
  const httpMethod = request.method ?? 'GET'
  return {
    resource: '/{proxy+}',
    path,
    httpMethod,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: lastValues(query),
    multiValueQueryStringParameters: query,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: contextOf(httpMethod, path),
    body: body.length === 0 ? null : body.toString('base64'),
    isBase64Encoded: body.length > 0,
  }
}

function* headerPairs({ rawHeaders }: IncomingMessage): Generator<[string, string]> {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    yield [(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '']
  }
}

type MultiValues = Record<string, string[]>

/** Names of properties of objects are names as any other. */
function multiValues(pairs: Iterable<[string, string]>): MultiValues {
  const values = new Map<string, string[]>()
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value])
  return Object.fromEntries(values)
}

function lastValues(values: MultiValues): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']))
}

function contextOf(httpMethod: string, path: string): APIGatewayProxyEvent['requestContext'] {
  return {
    accountId: 'local',
    apiId: 'local',
    authorizer: null,
    protocol: 'HTTP/1.1',
    httpMethod,
    identity: {
      accessKey: null,
      accountId: null,
      apiKey: null,
      apiKeyId: null,
      caller: null,
      clientCert: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: '127.0.0.1',
      user: null,
      userAgent: null,
      userArn: null,
    },
    path,
    stage: 'local',
    requestId: randomUUID(),
    requestTimeEpoch: Date.now(),
    resourceId: 'local',
    resourcePath: '/{proxy+}',
  }
}
