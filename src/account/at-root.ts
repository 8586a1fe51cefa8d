import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'

type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>

/**
 * Requests below a stage or the base path of a domain as if they were at the root, where the API has its paths; and places that answers name,
 * below it again.
 */
export function atRoot(handle: Handler): Handler {
  return async (event) => {
    const path = innerPath(event)
    const answer = await handle({ ...event, path })
    const location = answer.headers?.['Location']
    if (typeof location !== 'string' || !location.startsWith('/')) return answer
    return { ...answer, headers: { ...answer.headers, Location: `${basePath(event, path)}${location}` } }
  }
}

/** What the resource of the API stands for: a request's own path may begin with the base path of a domain. */
function innerPath({ resource, path, pathParameters }: APIGatewayProxyEvent): string {
  const meant = resource.replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => pathParameters?.[name] ?? '')
  return path.endsWith(meant) ? meant : path
}

/** All that a client writes before the paths of the API. */
function basePath({ requestContext, path }: APIGatewayProxyEvent, inner: string): string {
  const outer = requestContext.path ?? path
  return outer.endsWith(inner) ? outer.slice(0, outer.length - inner.length) : ''
}
