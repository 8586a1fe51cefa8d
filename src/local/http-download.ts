import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Problem } from '#contract/problem.ts'
import { sendProblem } from '#local/http-answer.ts'
import type { LinkedObject } from '#local/http-links.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { byteRange } from '../../lambdas/api/byte-range.ts'

const pieceBytes = 1024 ** 2

/** Sends the content that a link leads to, or one range of it. */
export async function sendDownload(
  request: IncomingMessage,
  response: ServerResponse,
  { objects, link }: { readonly objects: Pick<ObjectStore, 'size' | 'slice'>; readonly link: LinkedObject | undefined },
): Promise<void> {
  const bytes = link === undefined ? undefined : await objects.size(link.key)
  if (link === undefined || bytes === undefined) return sendProblem(request, response, noLink, 403)
  const range = byteRange(request.headers.range, bytes)
  if (range === 'outside') {
    return sendProblem(request, response, outside, 416, { 'Content-Range': `bytes */${bytes}` })
  }
  const { start, end } = range ?? { start: 0, end: bytes }
  response.writeHead(range !== undefined ? 206 : 200, {
    'Content-Type': link.mediaType,
    'Content-Length': end - start,
    'Accept-Ranges': 'bytes',
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
    ...(range !== undefined ? { 'Content-Range': `bytes ${start}-${end - 1}/${bytes}` } : {}),
  })
  await pipeline(Readable.from(pieces(objects, link.key, start, end)), response)
}

async function* pieces(
  objects: Pick<ObjectStore, 'slice'>,
  key: string,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  for (let offset = start; offset < end;) {
    const piece = await objects.slice(key, offset, Math.min(pieceBytes, end - offset))
    if (piece === undefined || piece.length === 0) throw new Error(`object ${key} is gone`)
    yield piece
    offset += piece.length
  }
}

const noLink: Problem = {
  code: 'LINK',
  message: 'the link is too old, or is none of this engine',
  fix: 'ask for the output again',
  exitCode: 4,
}

const outside: Problem = {
  code: 'RANGE',
  message: 'the range is outside of the content',
  fix: 'ask for bytes that are there',
  exitCode: 2,
}
