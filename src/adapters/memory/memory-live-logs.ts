import type { LogLine } from '#contract/log-line.ts'
import type { LiveLogs } from '#ports/live-logs.ts'

/** Pieces of logs by job. */
export class MemoryLiveLogs implements LiveLogs {
  readonly #pieces = new Map<string, LogLine[]>()

  add(job: string, piece: LogLine): void {
    this.#pieces.set(job, [...(this.#pieces.get(job) ?? []), piece])
  }

  async next(job: string, stream: LogLine['stream'], offset: number): Promise<LogLine | undefined> {
    return this.#pieces.get(job)?.find((piece) => piece.stream === stream && piece.offset >= offset)
  }
}
