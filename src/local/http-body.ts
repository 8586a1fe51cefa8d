import type { IncomingMessage } from 'node:http'
import type { Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'

/** Longest body: what API Gateway takes. */
export const maxBodyBytes = 10 * 1024 ** 2
/** How long a body may stand still, or all of it may take: its sender is on this machine. */
const receiveMs = 10_000

/** The body of a request; the error: it is too long, or did not come. */
export async function bodyOf(request: IncomingMessage): Promise<Result<Buffer, Problem>> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return err(tooLong)
  const chunks: Buffer[] = []
  let bytes = 0
  const timer = setTimeout(() => request.destroy(new Error('the body of the request did not come')), receiveMs)
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBodyBytes) return err(tooLong)
      chunks.push(chunk)
    }
  } finally {
    clearTimeout(timer)
  }
  return ok(Buffer.concat(chunks))
}

const tooLong: Problem = {
  code: 'TOO-LONG',
  message: `a request has at most ${maxBodyBytes} bytes`,
  fix: 'upload what is long, and name it by its hash',
  exitCode: 2,
}
