import type { z } from 'zod'
import type {
  CloneApi,
  CloneReport,
  LeaseAnswer,
  LeaseRenewal,
  LeaseRequest,
  ReportAnswer,
} from '#contract/clone-api.ts'
import { cloneAnswers, cloneBodyBytes, clonePaths, type CloneCall } from '#contract/clone-requests.ts'

/** Where one clone finds its control plane. */
export interface HttpCloneApiOptions {
  /** `https:`; of this machine also `http:`. A path in it comes before those of the calls. */
  readonly url: string
  /** The clone's own. It is sent to nobody else, and is in no error. */
  readonly token: string
  /** After which a call counts as not answered. @default 30, beyond what API Gateway takes */
  readonly timeoutS?: number
}

/** Statuses below 500 that say nothing of the request: it may be made again. */
const passing = new Set([408, 429])

/**
 * The control plane as one clone asks it. A call rejects when it was not answered: no connection, no answer in time, a fault of the
 * service or the way there. A refusal is an answer: no lease, a lease lost, a report `fenced`. Holds the id under which the
 * lease was asked for, and sends it along.
 */
export class HttpCloneApi implements CloneApi {
  readonly #base: string
  readonly #token: string
  readonly #timeoutMs: number
  #holder: string | undefined

  /** @throws on an address that would carry the token in the open. */
  constructor({ url, token, timeoutS = 30 }: HttpCloneApiOptions) {
    const { protocol, hostname } = new URL(url)
    const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
    if (protocol !== 'https:' && !(protocol === 'http:' && isHere)) throw new Error(`${url} is not https:`)
    this.#base = url.replace(/\/+$/, '')
    this.#token = token
    this.#timeoutMs = timeoutS * 1000
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    this.#holder = request.holder
    const answer = await this.#call('lease', JSON.stringify(request))
    return answer.refused === undefined ? answer.value : { granted: false, why: answer.refused }
  }

  async renew(renewal: LeaseRenewal): Promise<boolean> {
    const answer = await this.#call('renew', this.#held(renewal))
    return answer.refused === undefined && answer.value.held
  }

  async report(report: CloneReport): Promise<ReportAnswer> {
    const whole = this.#held(report)
    const bytes = Buffer.byteLength(whole)
    const fits = bytes <= cloneBodyBytes.report
    const answer = await this.#call('report', fits ? whole : this.#held({ ...report, ended: tooManyFiles(bytes) }))
    return answer.refused === undefined ? answer.value.answer : 'fenced'
  }

  #held(request: LeaseRenewal | CloneReport): string {
    if (this.#holder === undefined) throw new Error('no lease was asked for')
    return JSON.stringify({ ...request, holder: this.#holder })
  }

  async #call<C extends CloneCall>(call: C, body: string): Promise<Answered<z.output<(typeof cloneAnswers)[C]>>> {
    const response = await fetch(`${this.#base}${clonePaths[call]}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(this.#timeoutMs),
    })
    const { status } = response
    // What was cut off was not answered; but a refusal needs no words.
    const text = await response.text().catch((error: unknown) => {
      if (!isRefusal(status)) throw error
      return ''
    })
    const said = parsed(text)
    if (said === undefined && !isRefusal(status))
      throw new Error(`${call}: the answer, with status ${status}, is not JSON`)
    if (isRefusal(status)) return { refused: wordsOf(said) ?? `the control plane answered with status ${status}` }
    if (status !== 200) throw new Error(`${call}: status ${status}${suffix(wordsOf(said))}`)
    return { refused: undefined, value: cloneAnswers[call].parse(said) as z.output<(typeof cloneAnswers)[C]> }
  }
}

type Answered<T> = { readonly refused: string } | { readonly refused: undefined; readonly value: T }

/** An answer may hold credentials, and the error of a parser quotes what it can't read. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && !passing.has(status)
}

function wordsOf(problem: unknown): string | undefined {
  const has = typeof problem === 'object' && problem !== null && 'detail' in problem
  return has && typeof problem.detail === 'string' ? problem.detail : undefined
}

function suffix(words: string | undefined): string {
  return words === undefined ? '' : `, ${words}`
}

function tooManyFiles(bytes: number): CloneReport['ended'] {
  const evidence = `the list of its outputs has ${bytes} bytes, and a report takes ${cloneBodyBytes.report}: write fewer files`
  return {
    kind: 'failed',
    failure: { cause: 'bad-output', confidence: 'certain', exitCode: null, signal: null, evidence },
  }
}
