import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EngineAddress } from '#adapters/local/engine-lock.ts'
import { commandBodies, commandOf, maxCommandBytes, problemDocument, type Commands } from '#contract/commands.ts'
import { blobKey } from '#contract/object-keys.ts'
import type { Problem } from '#contract/problem.ts'
import { sha256 } from '#core/hash.ts'
import { err, ok, type Result } from '#core/result.ts'
import { indexReadiness } from '#core/run/readiness.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { machineFault } from '#local/machine-fault.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** How long a client may take to send a command; it is on the same machine. */
const receiveMs = 10_000

export interface CommandServerOptions {
  readonly commands: Commands
  /** Where workflows are that are submitted. */
  readonly objects: Pick<ObjectStore, 'read'>
  readonly token: string
}

/** Takes commands for the engine of this process. */
export interface CommandServer {
  readonly address: EngineAddress
  /** Commands that come from now on are refused as not taken; resolves once those that were taken are answered. */
  close(): Promise<void>
}

interface Refusal {
  readonly status?: number
  readonly problem: Problem
}

/** Serves commands over HTTP on a port of its own of the loopback interface, to whoever has the token. */
export async function serveCommands({ commands, objects, token }: CommandServerOptions): Promise<CommandServer> {
  const inHand = new Set<Promise<void>>()
  let closing = false
  const server = createServer(
    { requestTimeout: receiveMs, connectionsCheckingInterval: 1_000 },
    (request, response) => {
      const handled = answer(request, response).finally(() => inHand.delete(handled))
      inHand.add(handled)
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A front end that listens keeps no process alive; runs do.
  server.unref()
  const { port } = server.address() as AddressInfo

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const over = new Promise<void>((resolve) => response.once('close', resolve))
    const { status, body } = await outcome(request)
    const type = status === 202 ? 'application/json' : 'application/problem+json'
    response.writeHead(status, { 'content-type': type, connection: 'close' })
    response.end(JSON.stringify(body))
    await over
    // What was refused unread is not read any further.
    request.destroy()
  }

  async function outcome(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
    try {
      const result = await carryOut(request)
      if (result.ok) return { status: 202, body: result.value }
      const body = problemDocument(result.error.problem, result.error.status)
      return { status: body.status, body }
    } catch (error) {
      const body = problemDocument(machineFault(error) ?? fault(error))
      return { status: body.status, body }
    }
  }

  async function carryOut(request: IncomingMessage): Promise<Result<object, Refusal>> {
    if (!mayCommand(request.headers.authorization, token)) return refused(401, notAllowed)
    if (closing) return refused(503, engineEnds)
    const target = commandOf(request.url ?? '')
    if (target === undefined) return refused(404, noSuchCommand)
    if (request.method !== 'POST') return refused(405, notAPost)
    const text = await bodyOf(request)
    if (text === undefined) return refused(413, tooLong)
    const { command, run } = target
    const body = commandBodies[command].safeParse(jsonOf(text))
    if (!body.success) {
      const [issue] = body.error.issues
      return refused(400, badBody(`${['body', ...(issue?.path ?? [])].join('.')}: ${issue?.message}`))
    }
    switch (command) {
      case 'submit': {
        const { workflow: name, params, policy } = commandBodies.submit.parse(body.data)
        const workflow = await storedWorkflow(objects, name.slice('sha256:'.length))
        if (workflow === undefined) return refused(400, badBody(`workflow: ${name} is not stored, or is no workflow`))
        return answered(await commands.submit({ workflow, params, policy }))
      }
      case 'cancel': {
        const cancelled = await commands.cancel(run, commandBodies.cancel.parse(body.data).reason)
        return answered(cancelled.ok ? ok({}) : cancelled)
      }
      case 'resume':
        return answered(await commands.resume(run))
      case 'retry':
        return answered(await commands.retry(run, commandBodies.retry.parse(body.data)))
    }
  }

  return {
    address: { url: `http://127.0.0.1:${port}`, token },
    async close() {
      closing = true
      while (inHand.size > 0) await Promise.all(inHand)
      server.close()
      server.closeAllConnections()
    },
  }
}

/** In a time that does not tell how much of the token was right. */
function mayCommand(authorization: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`))
}

/** `undefined`: longer than a command may be. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxCommandBytes) return undefined
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxCommandBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** `undefined` is what no body may be. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The object of that hash, if it is one and its tasks fit together. */
async function storedWorkflow(objects: Pick<ObjectStore, 'read'>, hash: string): Promise<Workflow | undefined> {
  const bytes = await objects.read(blobKey(hash))
  if (bytes === undefined || sha256(bytes) !== hash) return undefined
  try {
    const workflow = JSON.parse(new TextDecoder().decode(bytes)) as Workflow
    indexReadiness(workflow)
    return typeof workflow.name === 'string' ? workflow : undefined
  } catch {
    return undefined
  }
}

function answered<T extends object>(result: Result<T, Problem>): Result<T, Refusal> {
  return result.ok ? result : err({ problem: result.error })
}

function refused(status: number, problem: Problem): Result<never, Refusal> {
  return err({ status, problem })
}

const notAllowed: Problem = {
  code: 'NOT-ALLOWED',
  message: 'the token is not that of this engine',
  fix: 'take the one in engine.json of the state directory',
  exitCode: 4,
}

/** Said by an engine that takes no commands any more: nothing was done. */
const engineEnds: Problem = {
  code: 'ENGINE-ENDS',
  message: 'the engine of this state directory is ending',
  fix: 'try again',
  exitCode: 6,
}

const noSuchCommand: Problem = {
  code: 'NOT-FOUND',
  message: 'there is no such command',
  fix: 'commands are POST /workflows and POST /runs/RUN/cancel, resume and retry',
  exitCode: 3,
}

const notAPost: Problem = { code: 'METHOD', message: 'commands are posted', fix: 'use POST', exitCode: 2 }

const tooLong: Problem = {
  code: 'TOO-LONG',
  message: `a command has at most ${maxCommandBytes} bytes`,
  fix: 'keep data in files, not in parameters',
  exitCode: 2,
}

function badBody(message: string): Problem {
  return { code: 'BAD-COMMAND', message, fix: 'see the fields of the command', exitCode: 2 }
}

function fault(error: unknown): Problem {
  return {
    code: 'ENGINE-FAULT',
    message: `the engine met a fault: ${error instanceof Error ? error.message : String(error)}`,
    fix: 'see what its own process says',
    exitCode: 1,
  }
}
