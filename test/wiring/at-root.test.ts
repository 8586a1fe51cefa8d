import type { APIGatewayProxyEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { atRoot } from '#account/at-root.ts'

/** What a handler at the root is asked for, and what the client is told, when it answers `Location: /runs/run_1`. */
async function asked(event: {
  readonly resource: string
  readonly path: string
  readonly outer: string
  readonly pathParameters?: Record<string, string>
}): Promise<readonly [path: string, location: unknown]> {
  let path = ''
  const handle = atRoot(async (inner) => {
    path = inner.path
    return { statusCode: 202, body: '', headers: { Location: '/runs/run_1' } }
  })
  const { resource, path: given, outer, pathParameters = null } = event
  const answer = await handle({
    resource,
    path: given,
    pathParameters,
    requestContext: { path: outer },
  } as unknown as APIGatewayProxyEvent)
  return [path, answer.headers?.['Location']]
}

describe('a request of API Gateway', () => {
  it('is at the root of the API whatever its stage, which places in answers name', async () => {
    const event = {
      resource: '/{proxy+}',
      path: '/workflows',
      outer: '/v1/workflows',
      pathParameters: { proxy: 'workflows' },
    }
    expect(await asked(event)).toStrictEqual(['/workflows', '/v1/runs/run_1'])
  })

  it('is so below the base path of a domain', async () => {
    const path = '/forkcast/runs/run_1'
    const event = { resource: '/{proxy+}', path, outer: path, pathParameters: { proxy: 'runs/run_1' } }
    expect(await asked(event)).toStrictEqual(['/runs/run_1', '/forkcast/runs/run_1'])
  })

  it('is so where a resource is below another one', async () => {
    const event = {
      resource: '/clone/{proxy+}',
      path: '/clone/lease',
      outer: '/v1/clone/lease',
      pathParameters: { proxy: 'lease' },
    }
    expect((await asked(event))[0]).toBe('/clone/lease')
  })

  it('is taken as it is where nothing is before it', async () => {
    const event = { resource: '/{proxy+}', path: '/runs', outer: '/runs', pathParameters: { proxy: 'runs' } }
    expect(await asked(event)).toStrictEqual(['/runs', '/runs/run_1'])
  })

  it('is taken as it is where its parameter was decoded', async () => {
    const event = {
      resource: '/{proxy+}',
      path: '/runs/a%2Fb',
      outer: '/v1/runs/a%2Fb',
      pathParameters: { proxy: 'runs/a/b' },
    }
    expect((await asked(event))[0]).toBe('/runs/a%2Fb')
  })
})
