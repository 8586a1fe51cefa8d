import { z } from 'zod'
import type { EngineAddress } from '#adapters/local/engine-lock.ts'
import { problemSchema } from '#contract/api/schemas/problem-schema.ts'
import { runIdSchema } from '#contract/api/schemas/scalars.ts'
import type { Commands } from '#contract/commands.ts'
import { blobKey } from '#contract/object-keys.ts'
import type { Problem } from '#contract/problem.ts'
import { sha256 } from '#core/hash.ts'
import { err, ok, type Result } from '#core/result.ts'
import { writeWorkflow } from '#core/workflow/write-workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** An import would load all that Node fetches with as well: see `http-server.ts`. */
const { request } = process.getBuiltinModule('node:http')

/** An engine that has not answered by then is stopped, or far beyond its load. */
const defaultAnswerMs = 60_000

export interface CommandClientOptions {
  readonly address: EngineAddress
  /** Where the engine finds workflows. */
  readonly objects: Pick<ObjectStore, 'writeOnce'>
  /** How long an answer may take. @default 60 s */
  readonly answerMs?: number
}

/** The code of a problem after which nothing was done, so that another engine may be asked. */
export const notTaken = 'ENGINE-GONE'

const startedSchema = z.object({ runId: runIdSchema })

/** Commands given to the engine of another process, through its API. What is read is read from the state directory. */
export function commandClient({ address, objects, answerMs = defaultAnswerMs }: CommandClientOptions): Commands {
  const ask = async (path: string, body: object): Promise<Result<{ readonly runId: string }, Problem>> => {
    const said = await post(address, path, JSON.stringify(body), answerMs)
    if (!said.ok) return said
    const { status, text } = said.value
    const json = jsonOf(text)
    if (status === 202) {
      const started = startedSchema.safeParse(json)
      return started.success ? ok(started.data) : err(unclear(`its answer was not understood: ${text.slice(0, 200)}`))
    }
    const problem = problemSchema.safeParse(json)
    // An address that was given to somebody else since, or an engine that ends: it has done nothing.
    if (status === 401 || status === 503 || !problem.success) return err(gone)
    const { code, detail: message, hint: fix, exitCode } = problem.data
    return err({ code, message, fix, exitCode })
  }
  return {
    async submit({ workflow, params, policy }) {
      const document = new TextEncoder().encode(JSON.stringify(writeWorkflow(workflow)))
      const hash = sha256(document)
      await objects.writeOnce(blobKey(hash), document)
      return ask('/workflows', { workflow: `sha256:${hash}`, params, policy })
    },
    async cancel(run, reason) {
      const done = await ask(`/runs/${run}/cancel`, { reason })
      return done.ok ? ok(undefined) : done
    },
    resume: (run) => ask(`/runs/${run}/resume`, {}),
    retry: (run, { force }) => ask(`/runs/${run}/retry`, { force }),
  }
}

interface Answer {
  readonly status: number
  readonly text: string
}

/** Resolves within `answerMs`. */
function post(
  { url, token }: EngineAddress,
  path: string,
  body: string,
  answerMs: number,
): Promise<Result<Answer, Problem>> {
  return new Promise((resolve) => {
    let connected = false
    const failed = (error: Error): void => resolve(err(connected ? unclear(error.message) : gone))
    const signal = AbortSignal.timeout(answerMs)
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const sent = request(new URL(path, url), { method: 'POST', headers, agent: false, signal }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', failed)
      response.on('end', () => resolve(ok({ status: response.statusCode ?? 0, text })))
    })
    sent.on('socket', (socket) => socket.once('connect', () => (connected = true)))
    sent.on('error', (error) => (signal.aborted ? resolve(err(silent(answerMs))) : failed(error)))
    sent.end(body)
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const gone: Problem = {
  code: notTaken,
  message: 'the engine of this state directory has ended',
  fix: 'try again',
  exitCode: 6,
}

function silent(answerMs: number): Problem {
  return {
    code: 'ENGINE-SILENT',
    message: `the engine of this state directory has not answered for ${answerMs / 1000} s`,
    fix: 'see `forkcast ls` for what it did; if its process is stopped, let it go on (kill -CONT) or end it',
    exitCode: 6,
  }
}

function unclear(why: string): Problem {
  return {
    code: 'ENGINE-UNCLEAR',
    message: `the engine of this state directory was asked, and it is not clear what it did: ${why}`,
    fix: 'see `forkcast ls` before you ask again',
    exitCode: 6,
  }
}
