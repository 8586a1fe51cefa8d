import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { identify, writeIdentity } from '#agent/session-identity.ts'

export interface ReaperOptions {
  /** A Node binary. */
  readonly node: string
  /** Path of `reaper.ts`, or of what it was compiled to. */
  readonly script: string
  /** Seconds from TERM to KILL once this process is gone. */
  readonly graceS: number
}

/** The reaper of this process. Its hook is what the agent's `onProcessGroup` takes. */
export interface Reaper {
  readonly pid: number | undefined
  readonly onProcessGroup: (leader: number, what: 'started' | 'ended') => void
  /** Lets it go; it ends what is registered still. */
  readonly close: () => void
}

/**
 * Starts a reaper and goes on: what is registered before it is up waits in the pipe, which the kernel closes when this
 * process ends in whatever way. In a session of its own, so that no signal of a terminal reaches it.
 */
export function startReaper({ node, script, graceS }: ReaperOptions): Reaper {
  const reaper = spawn(node, [script, String(graceS)], {
    detached: true,
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  reaper.unref()
  // Absent when the process could not be started for want of a file.
  const pipe = reaper.stdin as Writable | undefined
  const registered = new Map<number, string>()
  // Without a reaper clones run all the same; only the sudden death of this process leaves them behind.
  reaper.on('error', () => undefined)
  pipe?.on('error', () => undefined)
  return {
    pid: reaper.pid,
    onProcessGroup: (leader, what) => {
      const session = what === 'started' ? writeIdentity(identify(leader)) : registered.get(leader)
      if (session === undefined) return
      pipe?.write(`${what === 'started' ? '+' : '-'}${session}\n`)
      if (what === 'started') registered.set(leader, session)
      else registered.delete(leader)
    },
    close: () => {
      pipe?.end()
    },
  }
}
