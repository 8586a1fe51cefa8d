import type { IncomingMessage, ServerResponse } from 'node:http'
import type { APIGatewayProxyResult } from 'aws-lambda'
import { problemDocument } from '#contract/commands.ts'
import type { Problem } from '#contract/problem.ts'

/** Sends what a handler answered. */
export function sendResult(
  response: ServerResponse,
  { statusCode, headers = {}, body, isBase64Encoded }: APIGatewayProxyResult,
): void {
  const bytes = Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8')
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  const hasBody = statusCode !== 204 && statusCode !== 304
  response.writeHead(statusCode, hasBody ? { ...named, 'Content-Length': bytes.length } : named)
  response.end(hasBody ? bytes : undefined)
}

/** Sends a problem. A body that was not read is not read any further: the connection ends. */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem,
  status?: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  const document = problemDocument(problem, status)
  const text = JSON.stringify(document)
  const unread = !request.complete
  response.writeHead(document.status, {
    ...headers,
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(unread ? { Connection: 'close' } : {}),
  })
  response.end(text)
  if (unread) response.once('close', () => request.destroy())
}
