import { closeSync, constants, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { LogStream } from '#agent/clone-job.ts'

/** The logs of a clone, open: the command writes to their descriptors itself, without a pipe. */
export interface CloneLogs {
  readonly stdout: number
  readonly stderr: number
  readonly bytes: (stream: LogStream) => number
  /** The end of what was written. */
  readonly tail: (stream: LogStream) => string
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
  const files = openBoth(paths)
  return {
    ...files,
    bytes: (stream) => fstatSync(files[stream]).size,
    tail: (stream) => readTail(files[stream]),
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

function openBoth(paths: Readonly<Record<LogStream, string>>): Record<LogStream, number> {
  const stdout = openSync(paths.stdout, flags, 0o644)
  try {
    return { stdout, stderr: openSync(paths.stderr, flags, 0o644) }
  } catch (error) {
    closeSync(stdout)
    throw error
  }
}

/** The last bytes of a file from the start of a line on, when they hold one. */
function readTail(file: number): string {
  const { size } = fstatSync(file)
  const start = Math.max(0, size - tailBytes)
  const bytes = Buffer.alloc(size - start)
  const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, start))
  const line = start === 0 ? 0 : text.indexOf('\n') + 1
  return text.slice(line)
}
