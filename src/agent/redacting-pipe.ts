import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import type { RedactedStream } from '#agent/redaction.ts'
import { err, ok, type Result } from '#core/result.ts'

/** A pipe whose other end is a log: what is written to it arrives there without secrets. */
export interface RedactingPipe {
  /** For the command to write to. */
  readonly file: number
  /** Takes all that was written by now. @throws when the log could not be written. */
  readonly drain: () => void
  /** What is held back, since it may be the beginning of a secret. */
  readonly held: () => string
  /** Writes what is held back, and ends. */
  readonly close: () => void
}

/** The program that makes named pipes, with its first arguments. */
export type Mkfifo = readonly [string, ...string[]]

const pieceBytes = 64 * 1024

/**
 * Makes named pipes: what a socket is not, a script can open again as `/dev/stderr`. Node makes sockets alone, hence the
 * program, by default the one on this process's own PATH. The error is the system's code, or how the program ended.
 */
export async function makePipes(
  paths: readonly string[],
  [program, ...first]: Mkfifo = ['mkfifo'],
): Promise<Result<undefined, string>> {
  const child = spawn(program, [...first, '-m', '600', ...paths], { stdio: 'ignore' })
  try {
    const [exitCode] = (await once(child, 'exit')) as [number | null]
    return exitCode === 0 ? ok(undefined) : err(`exit code ${exitCode}`)
  } catch (error) {
    return err((error as NodeJS.ErrnoException).code ?? String(error))
  }
}

/**
 * Opens a pipe that was made, to a log that is open; nobody finds it by its name from then on. The log gets at most one
 * byte more than `limitBytes`, so that it shows as too long; what follows is read and dropped.
 */
export function openPipe(path: string, log: number, limitBytes: number, stream: RedactedStream): RedactingPipe {
  const source = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const file = openSync(path, constants.O_WRONLY)
  unlinkSync(path)
  const piece = Buffer.alloc(pieceBytes)
  let left = limitBytes + 1 - fstatSync(log).size
  let fault: unknown

  const write = (bytes: Buffer): void => {
    try {
      for (let rest = bytes.subarray(0, left); rest.length > 0;) {
        const written = writeSync(log, rest)
        left -= written
        rest = rest.subarray(written)
      }
    } catch (error) {
      // A full disk, most likely: it shows once the command has ended.
      fault ??= error
      left = 0
    }
  }
  const socket = new Socket({
    fd: source,
    readable: true,
    writable: false,
    onread: {
      buffer: Buffer.alloc(pieceBytes),
      callback: (length, bytes) => {
        write(stream.push(bytes.subarray(0, length)))
        return true
      },
    },
  })
  socket.on('error', (error) => {
    fault ??= error
  })
  return {
    file,
    drain: () => {
      for (let length = readSome(source, piece); length > 0; length = readSome(source, piece)) {
        write(stream.push(piece.subarray(0, length)))
      }
      if (fault !== undefined) throw fault as Error
    },
    held: () => stream.held().toString(),
    close: () => {
      write(stream.held())
      socket.destroy()
      closeSync(file)
    },
  }
}

/** 0: nothing is in the pipe now. */
function readSome(source: number, piece: Buffer): number {
  try {
    return readSync(source, piece, 0, piece.length, null)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}
