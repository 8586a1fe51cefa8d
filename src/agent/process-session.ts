import { setTimeout as wait } from 'node:timers/promises'
import { sessionMembers } from '#agent/process-table.ts'

/**
 * A command leads a session of its own, and with it a process group. What it starts stays in the session, but may move
 * to another group (`timeout` does), so an ending goes by session where `/proc` shows it, else by group. Only a process
 * that makes a session of its own (`setsid`) escapes.
 */

/** Longest wait for processes to go once they were killed; only uninterruptible ones take any time. */
const killWaitMs = 5000

/**
 * TERM to all of a session, and KILL to what is left after `graceS`. Resolves when all have ended. `isStill` is asked before
 * each signal: whoever did not start the session can't know that its id is not given out anew meanwhile.
 */
export async function endSession(leader: number, graceS: number, isStill: () => boolean = () => true): Promise<void> {
  if (graceS > 0) {
    signalSession(leader, 'SIGTERM', isStill)
    // A stopped process sees the TERM only once it goes on.
    signalSession(leader, 'SIGCONT', isStill)
    if (await gone(leader, graceS * 1000, isStill, () => undefined)) return
  }
  // Again and again: a process may fork while the others are killed.
  const kill = () => signalSession(leader, 'SIGKILL', isStill)
  kill()
  await gone(leader, killWaitMs, isStill, kill)
}

/** How often a session that looks empty is looked at while the kernel says that it has members, if only zombies. */
const looks = 3

/**
 * Whether anything of the session lives. The table is not read at one moment: a process that forks and ends meanwhile
 * shows neither itself nor its child. Whether the group has members is answered at one moment, zombies included.
 */
export function sessionLives(leader: number): boolean {
  for (let look = 0; look < looks; look += 1) {
    const members = sessionMembers(leader)
    if (members === undefined) return groupExists(leader)
    if (members.length > 0) return true
    if (!groupExists(leader)) return false
  }
  return false
}

/** Whether the leader's own process group has members, zombies included. One system call. */
export function groupExists(leader: number): boolean {
  return send(-leader, 0)
}

function signalSession(leader: number, signal: NodeJS.Signals, isStill: () => boolean): void {
  if (!isStill()) return
  send(-leader, signal)
  for (const { pid, group } of sessionMembers(leader) ?? []) {
    if (group !== leader) send(pid, signal)
  }
}

async function gone(leader: number, withinMs: number, isStill: () => boolean, meanwhile: () => void): Promise<boolean> {
  const until = performance.now() + withinMs
  for (let pauseMs = 1; isStill() && sessionLives(leader); pauseMs = Math.min(2 * pauseMs, 50)) {
    const leftMs = until - performance.now()
    if (leftMs <= 0) return false
    await wait(Math.min(pauseMs, leftMs))
    meanwhile()
  }
  return true
}

/** Whether there was somebody to send to. */
function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal)
  } catch (error) {
    // EPERM: it lives, under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
