import type { LogLine, LogName } from '#contract/log-line.ts'
import type { LiveLogs } from '#ports/live-logs.ts'

/** Pieces of logs by job. */
export class MemoryLiveLogs implements LiveLogs {
  readonly #pieces = new Map<string, LogLine[]>()

  add(job: string, piece: LogLine): void {
    this.#pieces.set(job, [...(this.#pieces.get(job) ?? []), piece])
  }

  async next(job: string, { fence, stream }: LogName, offset: number): Promise<LogLine | undefined> {
    const isOf = (piece: LogLine): boolean => piece.fence === fence && piece.stream === stream
    return this.#pieces.get(job)?.find((piece) => isOf(piece) && piece.offset >= offset)
  }
}
