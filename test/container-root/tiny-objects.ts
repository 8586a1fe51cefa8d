import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

interface Kept {
  readonly bytes: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** Of S3, what a clone with small files needs: conditional puts, gets of ranges, heads. Keys are below the bucket's name. */
export class TinyObjects {
  readonly kept = new Map<string, Kept>()

  /** Answers a request for `/<bucket>/<key>`. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const key = decodeURIComponent(new URL(request.url ?? '/', 'http://here').pathname.split('/').slice(2).join('/'))
    const body = await buffer(request)
    if (request.method === 'PUT') {
      if (this.kept.has(key)) return refuse(response, 412, 'PreconditionFailed')
      const sent = Object.entries(request.headers as Record<string, string>)
      const headers = sent.filter(([name]) => name.startsWith('x-amz-meta-') || name === 'content-encoding')
      this.kept.set(key, { bytes: body, headers: Object.fromEntries(headers) })
      response.end()
      return
    }
    const kept = this.kept.get(key)
    if (kept === undefined) return refuse(response, 404, 'NoSuchKey')
    const [, from = '0', to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
    const part = kept.bytes.subarray(Number(from), to ? Number(to) + 1 : undefined)
    response.writeHead(request.headers.range === undefined ? 200 : 206, {
      ...kept.headers,
      etag: `"${createHash('md5').update(kept.bytes).digest('hex')}"`,
      'content-length': part.length,
      'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${kept.bytes.length}`,
    })
    response.end(request.method === 'HEAD' ? undefined : part)
  }

  text(key: string): string | undefined {
    return this.kept.get(key)?.bytes.toString()
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`)
}
