import { readFileSync } from 'node:fs'
import { readProcess, sessionMembers } from '#agent/process-table.ts'

/** Tells a session from any later one with the same id, on this boot of the machine or on another. */
export interface SessionIdentity {
  readonly leader: number
  /** When its leader started, in ticks since boot; 0 where nobody can tell. */
  readonly startTicks: number
  /** Of the boot; empty where nobody can tell. */
  readonly boot: string
}

/** Read once: a process lives on one boot. */
const boot = bootId()

/** The session that a living process leads. */
export function identify(leader: number): SessionIdentity {
  return { leader, startTicks: readProcess(leader)?.startTicks ?? 0, boot }
}

/**
 * Whether a session is the one that was identified. Its leader may have ended before the rest; an id comes back only
 * when nothing of the session is left, so a leader that started at another time is somebody else's.
 */
export function isStill(session: SessionIdentity): boolean {
  if (session.boot !== boot) return false
  const process = readProcess(session.leader)
  if (process !== undefined) return process.startTicks === session.startTicks
  // No leader, or no `/proc` to tell.
  return sessionMembers(session.leader)?.every((member) => member.startTicks >= session.startTicks) ?? true
}

/** As one line: leader, start, boot. */
export function writeIdentity({ leader, startTicks, boot: of }: SessionIdentity): string {
  return `${leader} ${startTicks} ${of}`
}

/** The reverse of {@link writeIdentity}; `undefined` for any other text. */
export function parseIdentity(text: string): SessionIdentity | undefined {
  const [, leader, startTicks, of = ''] = /^(\d+) (\d+) ([\w-]*)$/.exec(text) ?? []
  return Number(leader) > 1 ? { leader: Number(leader), startTicks: Number(startTicks), boot: of } : undefined
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}
