import { closeSync, constants, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { LogStream } from '#agent/clone-job.ts'
import { makePipes, openPipe, type RedactingPipe } from '#agent/redacting-pipe.ts'
import type { Redaction } from '#agent/redaction.ts'

/** The logs of a clone, open: the command writes to their descriptors itself; only one with secrets through a pipe. */
export interface CloneLogs {
  readonly stdout: number
  readonly stderr: number
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
// Appending, so that a log that is cut under a writer has no hole.
const flags = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND

/** Opens both logs, empty; makes their folders. */
export function openLogs(pathOf: (stream: LogStream) => string): CloneLogs {
  const paths = { stdout: pathOf('stdout'), stderr: pathOf('stderr') }
  for (const folder of new Set(Object.values(paths).map(dirname))) mkdirSync(folder, { recursive: true })
  const files = openBoth((stream) => openSync(paths[stream], flags, 0o644), closeSync)
  return {
    ...files,
    bytes: (stream) => fstatSync(files[stream]).size,
    drain: () => undefined,
    tail: (stream, from = 0) => readTail(files[stream], from),
    cut: (stream, limitBytes) => {
      const file = files[stream]
      if (fstatSync(file).size <= limitBytes) return
      ftruncateSync(file, limitBytes)
      writeSync(file, `\n[${stream} was cut here: more than ${Math.round(limitBytes / 1024 ** 2)} MiB]\n`)
    },
    close: () => {
      closeSync(files.stdout)
      closeSync(files.stderr)
    },
  }
}

/** Opens both logs for a command with secrets, which come to neither. `folder` holds the pipes for a moment. */
export async function openRedactedLogs(
  pathOf: (stream: LogStream) => string,
  redaction: Redaction,
  folder: string,
  limitBytes: number,
): Promise<CloneLogs> {
  const pipePath = (stream: LogStream) => join(folder, `${stream}.pipe`)
  await makePipes([pipePath('stdout'), pipePath('stderr')])
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
  return {
    ...logs,
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
  }
}

function openBoth<T>(open: (stream: LogStream) => T, close: (opened: T) => void): Record<LogStream, T> {
  const stdout = open('stdout')
  try {
    return { stdout, stderr: open('stderr') }
  } catch (error) {
    close(stdout)
    throw error
  }
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
