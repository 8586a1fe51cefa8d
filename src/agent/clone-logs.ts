import { closeSync, fstatSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { appending, openAppending, openBoth, type LentLogs, type LogStream } from '#agent/log-files.ts'
import { makePipes, type Mkfifo, openPipe, type RedactingPipe } from '#agent/redacting-pipe.ts'
import type { Redaction } from '#agent/redaction.ts'
import { ok, type Result } from '#core/result.ts'

/** The logs of a clone: the command writes to their descriptors itself; only one with secrets through a pipe. */
export interface CloneLogs {
  readonly stdout: number
  readonly stderr: number
  /** For another process that opens them for a command; absent when what is written goes through this one. */
  readonly lend?: () => LentLogs
  readonly bytes: (stream: LogStream) => number
  /** Takes over what was written by now. */
  readonly drain: () => void
  /** The end of what was written, after the first `from` bytes. */
  readonly tail: (stream: LogStream, from?: number) => string
  /** Cuts a log that has more than `limitBytes`, and says so in its last line. */
  readonly cut: (stream: LogStream, limitBytes: number) => void
  readonly close: () => void
}

const tailBytes = 16 * 1024
/** Both logs, empty. None is made or opened before it is needed: most are only written to, by commands started elsewhere. */
export function openLogs(pathOf: (stream: LogStream) => string): CloneLogs {
  const paths = { stdout: pathOf('stdout'), stderr: pathOf('stderr') }
  const files: { stdout?: number; stderr?: number } = {}
  let fresh = true
  const fileOf = (stream: LogStream): number => {
    if (fresh) Object.assign(files, openAppending({ ...paths, fresh }))
    fresh = false
    return (files[stream] ??= openSync(paths[stream], appending, 0o644))
  }
  const bytes = (stream: LogStream): number => {
    const file = files[stream]
    if (file !== undefined) return fstatSync(file).size
    return fresh ? 0 : (statSync(paths[stream], { throwIfNoEntry: false })?.size ?? 0)
  }
  return {
    get stdout() {
      return fileOf('stdout')
    },
    get stderr() {
      return fileOf('stderr')
    },
    lend: () => {
      const lent = { ...paths, fresh }
      fresh = false
      return lent
    },
    bytes,
    drain: () => undefined,
    tail: (stream, from = 0) => readTail(fileOf(stream), from),
    cut: (stream, limitBytes) => {
      if (bytes(stream) <= limitBytes) return
      const file = fileOf(stream)
      ftruncateSync(file, limitBytes)
      writeSync(file, `\n[${stream} was cut here: more than ${Math.round(limitBytes / 1024 ** 2)} MiB]\n`)
    },
    close: () => {
      for (const file of Object.values(files)) closeSync(file)
    },
  }
}

/**
 * Opens both logs for a command with secrets, which come to neither. `folder` holds the pipes for a moment; the error says
 * why they can't be made.
 */
export async function openRedactedLogs(
  pathOf: (stream: LogStream) => string,
  redaction: Redaction,
  folder: string,
  { limitBytes, mkfifo }: { readonly limitBytes: number; readonly mkfifo?: Mkfifo | undefined },
): Promise<Result<CloneLogs, string>> {
  const pipePath = (stream: LogStream) => join(folder, `${stream}.pipe`)
  const made = await makePipes([pipePath('stdout'), pipePath('stderr')], mkfifo)
  if (!made.ok) return made
  const logs = openLogs(pathOf)
  let pipes: Readonly<Record<LogStream, RedactingPipe>>
  try {
    pipes = openBoth(
      (stream) => openPipe(pipePath(stream), logs[stream], limitBytes, redaction.stream()),
      (pipe) => pipe.close(),
    )
  } catch (error) {
    logs.close()
    throw error
  }
  const { lend: _, ...rest } = logs
  return ok({
    ...rest,
    stdout: pipes.stdout.file,
    stderr: pipes.stderr.file,
    drain: () => {
      pipes.stdout.drain()
      pipes.stderr.drain()
    },
    tail: (stream, from) => logs.tail(stream, from) + pipes[stream].held(),
    close: () => {
      pipes.stdout.close()
      pipes.stderr.close()
      logs.close()
    },
  })
}

/** The last bytes of a file from the start of a line on, when they hold one. */
function readTail(file: number, from: number): string {
  const { size } = fstatSync(file)
  const start = Math.max(Math.min(from, size), size - tailBytes)
  const bytes = Buffer.alloc(size - start)
  const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, start))
  const line = start <= from ? 0 : text.indexOf('\n') + 1
  return text.slice(line)
}
