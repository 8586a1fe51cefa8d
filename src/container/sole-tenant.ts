import { setTimeout as wait } from 'node:timers/promises'
import { processIds, readProcess, type ProcessEntry } from '#agent/process-table.ts'

/** Longest wait for processes to go once they were killed. */
const killWaitMs = 5000
const lookEveryMs = 20

/**
 * Ends all processes that descend from what this one started, also those that made sessions of their own: they are what is there beside
 * it, in a container of its own. `undefined` when others are there at the start. What came in from outside, such as a shell that
 * a person opened in the container, is let be.
 */
export function soleTenant(): ((graceS: number) => Promise<void>) | undefined {
  if (strays()?.length !== 0) return undefined
  return async (graceS) => {
    if (signalAll('SIGTERM') === 0) return
    if (await gone(graceS * 1000, () => undefined)) return
    signalAll('SIGKILL')
    await gone(killWaitMs, () => void signalAll('SIGKILL'))
  }
}

/** Living processes that are neither this one, nor before it, nor from outside; `undefined` where nobody can tell. */
function strays(): readonly ProcessEntry[] | undefined {
  const all = new Map(
    processIds()
      ?.map(readProcess)
      .flatMap((entry) => (entry === undefined ? [] : [[entry.pid, entry] as const])),
  )
  if (!all.has(process.pid)) return undefined
  const before = new Set(lineOf(process.pid, all))
  return [...all.values()].filter(({ pid, alive }) => {
    if (!alive || before.has(pid)) return false
    const root = lineOf(pid, all).at(-1)
    return root === 1 || root === process.pid
  })
}

/** A process, its parent, and so on. */
function lineOf(pid: number, all: ReadonlyMap<number, ProcessEntry>): readonly number[] {
  const line: number[] = []
  for (let entry = all.get(pid); entry !== undefined && !line.includes(entry.pid); entry = all.get(entry.parent)) {
    line.push(entry.pid)
  }
  return line
}

/** How many there were. */
function signalAll(signal: NodeJS.Signals): number {
  const found = strays() ?? []
  for (const { pid } of found) {
    try {
      process.kill(pid, signal)
    } catch {
      // It is gone, or another user's.
    }
  }
  return found.length
}

async function gone(withinMs: number, meanwhile: () => void): Promise<boolean> {
  const untilMs = performance.now() + withinMs
  while ((strays() ?? []).length > 0) {
    const leftMs = untilMs - performance.now()
    if (leftMs <= 0) return false
    await wait(Math.min(lookEveryMs, leftMs))
    meanwhile()
  }
  return true
}
