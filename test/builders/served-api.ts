import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemClock } from '#adapters/local/system-clock.ts'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { Commands } from '#contract/commands.ts'
import { ok } from '#core/result.ts'
import { serveHttp, type HttpServer } from '#local/http-server.ts'
import { Definitions } from '#operations/definitions.ts'

/** The token of {@link ServedApi}. */
export const token = 'right'

/** The run that its commands answer with. */
export const answeredRun = 'run_0123456789abcdefgh'

/** An API over memory whose commands only note what they were asked. */
export class ServedApi implements AsyncDisposable {
  readonly objects = new MemoryObjects()
  readonly store = new MemoryStore()
  readonly asked: unknown[] = []
  readonly #staging = mkdtempSync(join(tmpdir(), 'served-'))
  readonly #server: HttpServer

  private constructor(server: (api: ServedApi) => HttpServer) {
    this.#server = server(this)
  }

  static async start(commands: Partial<Commands> = {}, news: () => Promise<void> = never): Promise<ServedApi> {
    const open: { server?: HttpServer } = {}
    const api = new ServedApi(() => ({
      get address() {
        if (open.server === undefined) throw new Error('not started')
        return open.server.address
      },
      close: async () => open.server?.close(),
    }))
    open.server = await serveHttp({
      ports: {
        store: api.store,
        objects: api.objects,
        definitions: new Definitions(api.objects),
        clock: createSystemClock(),
        pools: { describe: async () => [] },
        tenant: 'local',
        commands: { ...noted(api.asked), ...commands },
        capacity: async () => null,
        isAlive: () => true,
      },
      news,
      staging: api.#staging,
      token,
    })
    return api
  }

  get address() {
    return this.#server.address
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(new URL(path, this.address.url), { redirect: 'manual', ...init })
  }

  /** Posts JSON with the token; the status and what the answer says. */
  async post(path: string, body: string, headers: Readonly<Record<string, string>> = {}) {
    const answer = await this.fetch(path, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    })
    return { status: answer.status, ...((await answer.json()) as object) }
  }

  /** Sends bytes, and gives what comes back until the other side closes. */
  async raw(bytes: string): Promise<string> {
    const socket = connect(Number(new URL(this.address.url).port), '127.0.0.1')
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.on('error', () => {})
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(bytes)
    await closed
    return text
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
    rmSync(this.#staging, { recursive: true, force: true })
  }
}

const never = (): Promise<void> => new Promise(() => {})

function noted(asked: unknown[]): Commands {
  return {
    async submit(request) {
      asked.push(request)
      return ok({ runId: answeredRun })
    },
    async cancel(...words) {
      asked.push(words)
      return ok(undefined)
    },
    async resume(run) {
      asked.push(run)
      return ok({ runId: run })
    },
    async retry(...words) {
      asked.push(words)
      return ok({ runId: answeredRun })
    },
  }
}
