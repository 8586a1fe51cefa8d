import {
  type CloudWatchLogsClient,
  GetLogEventsCommand,
  InvalidParameterException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs'
import { Turns } from '#adapters/aws/turns.ts'
import { type LogLine, type LogName, readLogLine } from '#contract/log-line.ts'
import type { LiveLogs } from '#ports/live-logs.ts'

/** Where a job's lines are collected. */
export interface LogPlace {
  readonly group: string
  readonly stream: string
}

export interface CloudwatchLiveLogsOptions {
  readonly client: Pick<CloudWatchLogsClient, 'send'>
  /** Where a job's lines go; `undefined`: it has not started, or is long gone. */
  readonly placeOf: (job: string) => Promise<LogPlace | undefined>
  readonly nowMs: () => number
}

/** How often a job is looked at: GetLogEvents of one account and region is answered 25 times a second. */
const everyMs = 1_000
/** Pages of one look, of at most 1 MB each. */
const pagesAtOnce = 5
/** Text that is remembered of all jobs, so that who follows a log reads each line once. */
const rememberedLength = 32 * 1024 ** 2

/** A log stream as far as it was read. */
interface Read {
  readonly pieces: LogLine[]
  place: LogPlace | undefined
  token: string | undefined
  lookedAtMs: number
  length: number
}

/**
 * Lines of containers in CloudWatch Logs. Each job is read from where it was left, not more often than each second, whoever asks; what
 * was read is remembered while there is room. A look that is throttled for good, or finds no stream, has nothing new.
 */
export class CloudwatchLiveLogs implements LiveLogs {
  readonly #client: Pick<CloudWatchLogsClient, 'send'>
  readonly #placeOf: CloudwatchLiveLogsOptions['placeOf']
  readonly #nowMs: () => number
  readonly #reads = new Map<string, Read>()
  readonly #turns = new Turns()

  constructor({ client, placeOf, nowMs }: CloudwatchLiveLogsOptions) {
    this.#client = client
    this.#placeOf = placeOf
    this.#nowMs = nowMs
  }

  async next(job: string, { fence, stream }: LogName, offset: number): Promise<LogLine | undefined> {
    return this.#turns.take([job], async () => {
      const read = this.#reads.get(job) ?? {
        pieces: [],
        place: undefined,
        token: undefined,
        lookedAtMs: -Infinity,
        length: 0,
      }
      const isOf = (piece: LogLine) => piece.fence === fence && piece.stream === stream
      const find = () => read.pieces.find((piece) => isOf(piece) && piece.offset >= offset)
      const known = find()
      if (known !== undefined || this.#nowMs() < read.lookedAtMs + everyMs) return known
      this.#remember(job, read)
      read.lookedAtMs = this.#nowMs()
      read.place ??= await this.#placeOf(job)
      if (read.place !== undefined) await this.#look(read, read.place)
      this.#forget()
      return find()
    })
  }

  /** Reads on until there is nothing new, or for as many pages as a look may take. */
  async #look(read: Read, { group: logGroupName, stream: logStreamName }: LogPlace): Promise<void> {
    for (let pages = 0; pages < pagesAtOnce; pages += 1) {
      const request = { logGroupName, logStreamName, startFromHead: true, ...(read.token && { nextToken: read.token }) }
      const page = await this.#answer(new GetLogEventsCommand(request), read)
      if (page === undefined) return
      for (const { message = '' } of page.events ?? []) {
        const piece = readLogLine(message)
        if (piece === undefined) continue
        read.pieces.push(piece)
        read.length += message.length
      }
      // At the end of what is there, the token is the one that was asked with.
      if (page.nextForwardToken === undefined || page.nextForwardToken === read.token) return
      read.token = page.nextForwardToken
    }
  }

  async #answer(command: GetLogEventsCommand, read: Read) {
    try {
      return await this.#client.send(command)
    } catch (error) {
      if (error instanceof ResourceNotFoundException || isThrottled(error)) return undefined
      if (!(error instanceof InvalidParameterException) || read.token === undefined) throw error
      // A token holds for a day: the next look begins anew.
      read.token = undefined
      read.length = 0
      read.pieces.length = 0
      return undefined
    }
  }

  /** The job that was looked at last is the last one to be forgotten. */
  #remember(job: string, read: Read): void {
    this.#reads.delete(job)
    this.#reads.set(job, read)
  }

  #forget(): void {
    let length = [...this.#reads.values()].reduce((sum, read) => sum + read.length, 0)
    for (const [job, read] of this.#reads) {
      if (length <= rememberedLength || this.#reads.size === 1) return
      this.#reads.delete(job)
      length -= read.length
    }
  }
}

function isThrottled(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ThrottlingException' || error.name === 'LimitExceededException')
}
