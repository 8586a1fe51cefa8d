import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { logStreams, type LogStream } from '#agent/log-files.ts'
import { logLines } from '#contract/log-line.ts'
import { logKey } from '#contract/object-keys.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** Bytes of each log that are shown as they come; the log that is stored has all. Whoever collects them is paid by the byte. */
const shownBytes = 1024 ** 2
const everyMs = 500
const pieceBytes = 64 * 1024

/** The logs of the one clone of a container: files, shown as they grow, and objects in the end. */
export interface ContainerLogs {
  /** Where a log is written under the lease of that fence: nothing is shown before that is known. */
  readonly file: (fence: number, stream: LogStream) => string
  /** Shows what is new from now on. */
  readonly show: () => void
  /** Shows the rest, and stores both below a prefix; what can't be stored is said. */
  readonly keep: (prefix: string) => Promise<void>
  readonly close: () => void
}

export interface ContainerLogsOptions {
  readonly folder: string
  readonly objects: Pick<ObjectStore, 'store'>
  /** Takes what is shown: lines for whoever collects them, which say of which log and place they are. */
  readonly write: (lines: string) => void
  /** Words for whoever reads the container's own log. */
  readonly say: (words: string) => void
}

export function containerLogs({ folder, objects, write, say }: ContainerLogsOptions): ContainerLogs {
  const file = (stream: LogStream): string => join(folder, `${stream}.log`)
  let lease = 0
  const shown = logStreams.map((stream) =>
    follow(file(stream), {
      gained: (offset, bytes, final) => {
        const told = logLines({ stream, fence: lease }, offset, bytes, { final })
        write(told.lines)
        return told.bytes
      },
      cut: () => say(`the rest of ${stream} is in the log that is stored`),
    }),
  )
  let timer: NodeJS.Timeout | undefined
  const showNew = (): void => {
    for (const { next } of shown) next(false)
  }
  return {
    file: (fence, stream) => {
      lease = fence
      return file(stream)
    },
    show: () => {
      timer ??= setInterval(showNew, everyMs).unref()
    },
    keep: async (prefix) => {
      showNew()
      for (const stream of logStreams) {
        try {
          if (sizeOf(file(stream)) > 0) await objects.store(file(stream), logKey(prefix, stream))
        } catch (error) {
          say(`${stream} was not stored: ${(error as Error).message}`)
        }
      }
    },
    close: () => {
      clearInterval(timer)
      for (const { next, close } of shown) {
        next(true)
        close()
      }
    },
  }
}

/** Takes what a log has gained, and gives how many bytes of it were told: a character that is cut is left for later. */
interface Follower {
  readonly gained: (offset: number, bytes: Uint8Array, final: boolean) => number
  readonly cut: () => void
}

/** Hands on what is appended to a file, up to a limit. */
function follow(path: string, { gained, cut }: Follower) {
  let opened: number | undefined
  let at = 0
  const buffer = Buffer.allocUnsafe(pieceBytes)
  const next = (final: boolean): void => {
    if (at >= shownBytes || sizeOf(path) <= at) return
    opened ??= openSync(path, 'r')
    for (;;) {
      const bytes = readSync(opened, buffer, 0, Math.min(pieceBytes, shownBytes - at), at)
      if (bytes === 0) return
      const isLast = at + bytes >= Math.min(shownBytes, final ? sizeOf(path) : shownBytes)
      const told = gained(at, buffer.subarray(0, bytes), isLast)
      if (told === 0) return
      at += told
      if (at >= shownBytes) return cut()
    }
  }
  const close = (): void => {
    if (opened !== undefined) closeSync(opened)
    opened = undefined
    at = shownBytes
  }
  return { next, close }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
