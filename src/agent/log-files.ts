import { closeSync, constants, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

/** The two logs of a clone. */
export const logStreams = ['stdout', 'stderr'] as const
export type LogStream = (typeof logStreams)[number]

/** Paths of logs to append to; `fresh` ones are yet to be made, with their folders. */
export interface LentLogs extends Readonly<Record<LogStream, string>> {
  readonly fresh: boolean
}

/** Flags of a log: appending, so that one that is cut under a writer has no hole. */
export const appending = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND

/** Opens both logs to append to; fresh ones are empty then. */
export function openAppending({ fresh, ...paths }: LentLogs): Record<LogStream, number> {
  if (fresh) for (const folder of new Set(Object.values(paths).map(dirname))) mkdirSync(folder, { recursive: true })
  const flags = fresh ? appending | constants.O_TRUNC : appending
  return openBoth((stream) => openSync(paths[stream], flags, 0o644), closeSync)
}

/** Both, or none. */
export function openBoth<T>(open: (stream: LogStream) => T, close: (opened: T) => void): Record<LogStream, T> {
  const stdout = open('stdout')
  try {
    return { stdout, stderr: open('stderr') }
  } catch (error) {
    close(stdout)
    throw error
  }
}
