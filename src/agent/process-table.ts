import { closeSync, openSync, readdirSync, readSync } from 'node:fs'

/** A process as `/proc/<pid>/stat` shows it. */
export interface ProcessEntry {
  readonly pid: number
  /** `false` for a zombie: it has ended, and waits for its parent to see it. */
  readonly alive: boolean
  readonly parent: number
  readonly group: number
  readonly session: number
  /** CPU of the process and of the children that it has waited for. */
  readonly cpuTicks: number
  /** When it started, since boot: tells a process from a later one with the same id. */
  readonly startTicks: number
  readonly residentPages: number
}

const buffer = Buffer.allocUnsafe(1024)

/** Ids of all processes; `undefined` where there is no `/proc`. */
export function processIds(): readonly number[] | undefined {
  let names: readonly string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return undefined
  }
  const ids = names.map(Number).filter((id) => id > 0)
  return ids.length === 0 ? undefined : ids
}

/** One process, or `undefined` when there is none (any more). About 10 µs. */
export function readProcess(pid: number): ProcessEntry | undefined {
  const text = readStat(pid)
  if (text === undefined) return undefined
  // The name in parentheses may hold spaces and parentheses; field 3 follows the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  return {
    pid,
    alive: fields[0] !== 'Z' && fields[0] !== 'X',
    parent: field(4),
    group: field(5),
    session: field(6),
    cpuTicks: field(14) + field(15) + field(16) + field(17),
    startTicks: field(22),
    residentPages: field(24),
  }
}

/** Living processes of a session; `undefined` where there is no `/proc`. O(processes of the machine). */
export function sessionMembers(session: number): readonly ProcessEntry[] | undefined {
  return processIds()
    ?.map(readProcess)
    .filter((entry): entry is ProcessEntry => entry !== undefined && entry.alive && entry.session === session)
}

function readStat(pid: number): string | undefined {
  let file: number
  try {
    file = openSync(`/proc/${pid}/stat`, 'r')
  } catch {
    return undefined
  }
  try {
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0))
  } catch {
    // It ended between the two calls.
    return undefined
  } finally {
    closeSync(file)
  }
}
