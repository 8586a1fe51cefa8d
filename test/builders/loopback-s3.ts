import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, rmSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A request as a test's faults see it. */
export interface S3Request {
  readonly what: 'get' | 'head' | 'put' | 'create' | 'part' | 'complete' | 'abort'
  readonly key: string
  /** First byte asked for, or number of the part. */
  readonly from: number
  readonly accessKeyId: string
  /** Whether it writes only where nothing is. */
  readonly onlyNew: boolean
}

/** What goes wrong with a request. */
export type S3Fault =
  /** After so many bytes of the body that is read or written, the connection is lost. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** One byte of the body of the answer is another one; of a range that is no shorter. */
  | { readonly kind: 'damage'; readonly atByte: number }
  /** The answer begins, and nothing comes. */
  | { readonly kind: 'stall' }
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }

interface Piece {
  readonly file: string
  readonly bytes: number
  readonly etag: string
}

interface Kept {
  readonly pieces: readonly Piece[]
  readonly bytes: number
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * As much of S3 as an object store needs, on loopback, over files: reads of ranges, conditional writes, uploads in parts. It
 * streams, and so is also what transfers are measured beside.
 */
export class LoopbackS3 {
  readonly requests: S3Request[] = []
  /** Of contents, by all answers together. */
  sentBytes = 0
  /** Asked for each request; what it throws is a bug of the test. */
  fault: (request: S3Request) => S3Fault | undefined = () => undefined
  readonly #objects = new Map<string, Kept>()
  readonly #uploads = new Map<string, { readonly headers: Kept['headers']; readonly parts: Map<number, Piece> }>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async start(folder: string): Promise<LoopbackS3> {
    await mkdir(folder, { recursive: true })
    const s3 = new LoopbackS3(folder)
    s3.#server.listen(0, '127.0.0.1')
    await once(s3.#server, 'listening')
    return s3
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Uploads that were neither completed nor given up. */
  get openUploads(): number {
    return this.#uploads.size
  }

  headersOf(key: string): Readonly<Record<string, string>> | undefined {
    return this.#objects.get(key)?.headers
  }

  /** Forgets all objects, and removes their files. */
  clear(): void {
    for (const { pieces } of this.#objects.values()) for (const { file } of pieces) rmSync(file, { force: true })
    this.#objects.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? '/', 'http://localhost')
      const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'))
      const seen = seenOf(request, url.searchParams, key)
      this.requests.push(seen)
      const fault = this.fault(seen)
      if (fault?.kind === 'refuse') {
        request.resume()
        return refuse(response, fault.status, fault.code)
      }
      await this.#carryOut(seen, { request, response, fault, upload: url.searchParams.get('uploadId') ?? '' })
    } catch {
      response.destroy()
    }
  }

  async #carryOut(
    { what, key, from }: S3Request,
    {
      request,
      response,
      fault,
      upload,
    }: {
      readonly request: IncomingMessage
      readonly response: ServerResponse
      readonly fault: Exclude<S3Fault, { kind: 'refuse' }> | undefined
      readonly upload: string
    },
  ): Promise<void> {
    const isTaken = () => request.headers['if-none-match'] === '*' && this.#objects.has(key)
    switch (what) {
      case 'get':
      case 'head':
        return await this.#send(this.#objects.get(key), request, response, fault)
      case 'put': {
        const piece = await this.#receive(request, fault)
        if (isTaken()) return refuse(response, 412, 'PreconditionFailed')
        this.#objects.set(key, { pieces: [piece], bytes: piece.bytes, etag: piece.etag, headers: keptHeaders(request) })
        return void response.setHeader('ETag', piece.etag).end()
      }
      case 'create': {
        const id = randomUUID()
        this.#uploads.set(id, { headers: keptHeaders(request), parts: new Map() })
        return void response.end(`<R><UploadId>${id}</UploadId></R>`)
      }
      case 'part': {
        const piece = await this.#receive(request, fault)
        this.#uploads.get(upload)?.parts.set(from, piece)
        return void response.setHeader('ETag', piece.etag).end()
      }
      case 'complete': {
        await once(request.resume(), 'end')
        const open = this.#uploads.get(upload)
        if (open === undefined) return refuse(response, 404, 'NoSuchUpload')
        if (isTaken()) return refuse(response, 412, 'PreconditionFailed')
        const pieces = [...open.parts].sort(([a], [b]) => a - b).map(([, piece]) => piece)
        const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0)
        this.#objects.set(key, { pieces, bytes, etag: `"${upload}"`, headers: open.headers })
        this.#uploads.delete(upload)
        return void response.end(`<R><ETag>"${upload}"</ETag></R>`)
      }
      case 'abort':
        this.#uploads.delete(upload)
        return void response.writeHead(204).end()
    }
  }

  async #receive(request: IncomingMessage, fault: S3Fault | undefined): Promise<Piece> {
    const file = join(this.#folder, randomUUID())
    const hash = createHash('md5')
    let bytes = 0
    const count = new Transform({
      transform(chunk: Buffer, _, done) {
        bytes += chunk.byteLength
        if (fault?.kind === 'cut' && bytes > fault.afterBytes) request.destroy()
        if (bytes <= 1024 ** 2) hash.update(chunk)
        done(null, chunk)
      },
    })
    await pipeline(request, count, createWriteStream(file))
    return { file, bytes, etag: `"${hash.digest('hex')}-${bytes}"` }
  }

  async #send(
    object: Kept | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    fault: S3Fault | undefined,
  ): Promise<void> {
    if (object === undefined) return refuse(response, 404, 'NoSuchKey')
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const start = Number(range?.[1] ?? 0)
    const end = Math.min(object.bytes, range === null || range[2] === '' ? object.bytes : Number(range[2]) + 1)
    if (range !== null && start >= object.bytes) return refuse(response, 416, 'InvalidRange')
    const { 'if-match': match } = request.headers
    if (match !== undefined && match !== object.etag) return refuse(response, 412, 'PreconditionFailed')
    response.writeHead(range === null ? 200 : 206, {
      ...object.headers,
      ETag: object.etag,
      'Content-Length': end - start,
      ...(range === null ? {} : { 'Content-Range': `bytes ${start}-${end - 1}/${object.bytes}` }),
    })
    if (request.method === 'HEAD') return void response.end()
    if (fault?.kind === 'stall') return response.flushHeaders()
    let sent = 0
    for (let at = 0, index = 0; index < object.pieces.length; index += 1) {
      const piece = object.pieces[index] as Piece
      const from = Math.max(0, start - at)
      const to = Math.min(piece.bytes, end - at)
      at += piece.bytes
      if (from >= to) continue
      for await (const chunk of createReadStream(piece.file, { start: from, end: to - 1, highWaterMark: 256 * 1024 })) {
        const bytes = chunk as Buffer
        if (fault?.kind === 'damage' && fault.atByte >= sent && fault.atByte < sent + bytes.length) {
          bytes.writeUInt8(bytes.readUInt8(fault.atByte - sent) ^ 1, fault.atByte - sent)
        }
        const left = fault?.kind === 'cut' ? fault.afterBytes - sent : bytes.length
        sent += bytes.length
        this.sentBytes += Math.min(left, bytes.length)
        if (left < bytes.length) {
          response.write(bytes.subarray(0, Math.max(0, left)), () => response.destroy())
          return
        }
        if (!response.write(bytes)) await once(response, 'drain')
      }
    }
    response.end()
  }
}

function seenOf(request: IncomingMessage, query: URLSearchParams, key: string): S3Request {
  const from = Number(query.get('partNumber') ?? /bytes=(\d+)/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const accessKeyId = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const isUpload = query.has('uploadId')
  const what = {
    GET: 'get' as const,
    HEAD: 'head' as const,
    PUT: isUpload ? ('part' as const) : ('put' as const),
    POST: isUpload ? ('complete' as const) : ('create' as const),
    DELETE: 'abort' as const,
  }[request.method ?? '']
  if (what === undefined) throw new Error(`${request.method} is nothing that a store does`)
  return { what, key, from, accessKeyId, onlyNew: request.headers['if-none-match'] === '*' }
}

function keptHeaders({ headers }: IncomingMessage): Kept['headers'] {
  const kept = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-') || name === 'content-encoding')
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status).end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`)
}
