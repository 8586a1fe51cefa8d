import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { blobKey } from '#contract/object-keys.ts'
import type { Problem } from '#contract/problem.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { sendProblem } from '#local/http-answer.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** A sender that says nothing for so long has gone. */
const silentMs = 30_000

/** Takes content under its hash; it becomes an object once all of it is here and is what its hash says. */
export async function takeUpload(
  request: IncomingMessage,
  response: ServerResponse,
  upload: {
    readonly objects: Pick<ObjectStore, 'size' | 'store'>
    readonly staging: string
    readonly sha256: string
  },
): Promise<void> {
  const { objects, staging, sha256 } = upload
  if (!/^[0-9a-f]{64}$/.test(sha256)) return sendProblem(request, response, noHash, 400)
  const length = Number(request.headers['content-length'] ?? Number.NaN)
  if (!Number.isSafeInteger(length)) return sendProblem(request, response, noLength, 411)
  if (length > LIMITS.fileBytes.value) return sendProblem(request, response, tooLong, 413)
  const key = blobKey(sha256)
  if ((await objects.size(key)) !== undefined) return stored(request, response, 204)
  const file = join(staging, `upload-${randomUUID()}`)
  await mkdir(staging, { recursive: true })
  request.setTimeout(silentMs, () => request.destroy(new Error('the upload stood still')))
  const digest = createHash('sha256')
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      digest.update(chunk)
      done(undefined, chunk)
    },
  })
  try {
    await pipeline(request, hashing, createWriteStream(file, { flags: 'wx' }))
    if (digest.digest('hex') !== sha256) return sendProblem(request, response, otherContent, 400)
    await objects.store(file, key)
    stored(request, response, 201)
  } finally {
    await rm(file, { force: true })
  }
}

/** Content that is there already is not read again. */
function stored(request: IncomingMessage, response: ServerResponse, status: 201 | 204): void {
  const unread = !request.complete
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 201 ? { 'Content-Length': 0 } : {}),
    ...(unread ? { Connection: 'close' } : {}),
  })
  response.end()
  if (unread) response.once('close', () => request.destroy())
}

const noHash: Problem = {
  code: 'BAD-VALUE',
  message: '`sha256` is not what it has to be',
  fix: 'write 64 hexadecimal digits in lower case',
  exitCode: 2,
  path: '/path/sha256',
}

const noLength: Problem = {
  code: 'NO-LENGTH',
  message: 'the length of the content is not said',
  fix: 'send `Content-Length`',
  exitCode: 2,
}

const tooLong: Problem = {
  code: 'TOO-LONG',
  message: `content has at most ${LIMITS.fileBytes.value} bytes`,
  fix: 'split it',
  exitCode: 2,
}

const otherContent: Problem = {
  code: 'OTHER-CONTENT',
  message: 'the content is not what its hash says',
  fix: 'compute the SHA-256 of the bytes that are sent',
  exitCode: 2,
}
