import { spawn } from 'node:child_process'
import { readProcess } from '#agent/process-table.ts'

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
  const pipe = reaper.stdin
  // Without a reaper clones run all the same; only the sudden death of this process leaves them behind.
  reaper.on('error', () => undefined)
  pipe.on('error', () => undefined)
  return {
    pid: reaper.pid,
    onProcessGroup: (leader, what) => {
      pipe.write(what === 'started' ? `+${leader} ${readProcess(leader)?.startTicks ?? 0}\n` : `-${leader}\n`)
    },
    close: () => pipe.end(),
  }
}
