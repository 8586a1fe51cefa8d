import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What goes wrong with one request: it is carried out and its answer lost, refused, or its answer breaks off. */
export type LineFault =
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'cut'; readonly afterBytes: number }

/** A line to a service on which faults are planted; all else goes through. */
export class FaultyLine implements AsyncDisposable {
  /** What went over it, as `POST /workflows`. */
  readonly asked: string[] = []
  /** What goes wrong with a request, if anything. */
  fault: (asked: string, earlier: number) => LineFault | undefined = () => undefined
  readonly #server: Server
  readonly #target: () => string

  private constructor(target: () => string) {
    this.#target = target
    this.#server = createServer((incoming, answer) => {
      this.#carry(incoming, answer).catch(() => answer.destroy())
    })
  }

  static async to(target: () => string): Promise<FaultyLine> {
    const line = new FaultyLine(target)
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve))
    return line
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async #carry(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const asked = `${incoming.method ?? ''} ${(incoming.url ?? '').replace(/\?.*/, '')}`
    const earlier = this.asked.filter((one) => one === asked).length
    this.asked.push(asked)
    const fault = this.fault(asked, earlier)
    const body = await buffer(incoming)
    if (fault?.kind === 'refused') {
      answer.writeHead(fault.status, fault.headers ?? {}).end()
      return
    }
    const target = new URL(this.#target())
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const { method, headers, url } = incoming
      const outgoing = request(new URL(url ?? '/', target), {
        method,
        headers: { ...headers, host: target.host },
        agent: false,
      })
      outgoing.on('response', resolve).on('error', reject).end(body)
    })
    const whole = await buffer(response)
    if (fault?.kind === 'lost') {
      answer.destroy()
      return
    }
    answer.writeHead(response.statusCode ?? 500, response.headers)
    if (fault?.kind !== 'cut') {
      answer.end(whole)
      return
    }
    answer.write(whole.subarray(0, fault.afterBytes), () => answer.destroy())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
