import type { LentLogs } from '#agent/log-files.ts'
import type { CommandExit, CommandLine } from '#agent/started-command.ts'

/**
 * Lines between an engine and its reaper. To the reaper: `+<session>` registers a session, `-<session>` takes it back, and
 * `!<order>`, an {@link Order} in JSON, starts a command whose session is registered from its first moment. From the reaper:
 * {@link Told} in JSON.
 */
export interface Order extends CommandLine {
  readonly number: number
  readonly logs: LentLogs
}

/**
 * First that the reaper takes orders; then of each order that its command has started (its session, as a line) and ended; or
 * that it could not be started, or its logs not be opened.
 */
export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'started'; readonly number: number; readonly session: string }
  | { readonly kind: 'not-started'; readonly number: number; readonly code: string }
  | { readonly kind: 'no-logs'; readonly number: number; readonly code: string | undefined; readonly message: string }
  | ({ readonly kind: 'ended'; readonly number: number } & CommandExit)

/** Hands over whole lines of text that comes in pieces. */
export function eachLine(hear: (line: string) => void): (piece: string) => void {
  let rest = ''
  return (piece) => {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) hear(line)
  }
}
