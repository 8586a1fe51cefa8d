import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { endSession } from '#agent/process-session.ts'
import { identify, isStill, parseIdentity, writeIdentity, type SessionIdentity } from '#agent/session-identity.ts'
import { sessionsAtWorkIn } from '#agent/sessions-at-work.ts'
import type { Reaper } from '#agent/start-reaper.ts'

/** What is registered of the commands of an engine, with its reaper and in a file for the next engine. */
export interface ProcessGroups {
  readonly onProcessGroup: Reaper['onProcessGroup']
  readonly start: Reaper['start']
  /** KILL to all that is registered. */
  killAll(): void
  close(): void
}

/**
 * Ends the sessions that a dead engine left in `file` (its reaper may be dead too, or in its grace), and those with a folder
 * in `workFolder`, which it may have started and not lived to register, so that nothing of it runs beside its successor;
 * then registers those of this engine there.
 */
export async function openProcessGroups(
  file: string,
  { reaper, graceS, workFolder }: { readonly reaper: Reaper; readonly graceS: number; readonly workFolder: string },
): Promise<ProcessGroups> {
  await Promise.all(
    [...leftIn(file).filter(isStill), ...[...sessionsAtWorkIn(workFolder)].map(identify)].map((session) =>
      endSession(session.leader, graceS, () => isStill(session)),
    ),
  )
  const log = openSync(file, 'w', 0o600)
  const alive = new Map<number, SessionIdentity>()
  const note = (what: 'started' | 'ended', session: SessionIdentity): void => {
    if (what === 'started') alive.set(session.leader, session)
    else alive.delete(session.leader)
    try {
      writeSync(log, `${what === 'started' ? '+' : '-'}${writeIdentity(session)}\n`)
    } catch {
      // Its reaper knows; only the death of both would leave it behind.
    }
  }
  return {
    onProcessGroup(leader, what) {
      reaper.onProcessGroup(leader, what)
      const session = what === 'started' ? identify(leader) : alive.get(leader)
      if (session !== undefined) note(what, session)
    },
    start(line, logs) {
      return reaper.start(line, logs)?.then((started) => {
        if ('code' in started) return started
        note('started', started.session)
        const release = (): void => {
          started.release()
          note('ended', started.session)
        }
        return { ...started, release }
      })
    },
    killAll() {
      for (const leader of alive.keys()) kill(leader)
    },
    close() {
      closeSync(log)
      rmSync(file, { force: true })
    },
  }
}

/** Registered and not ended, as far as the file tells: its last line may be half of one. */
function leftIn(file: string): readonly SessionIdentity[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  const left = new Map<string, SessionIdentity>()
  for (const line of text.split('\n').slice(0, -1)) {
    const session = parseIdentity(line.slice(1))
    if (session === undefined) continue
    if (line.startsWith('+')) left.set(line.slice(1), session)
    else left.delete(line.slice(1))
  }
  return [...left.values()]
}

function kill(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // It has ended since.
  }
}
