import { closeSync } from 'node:fs'
import { openAppending } from '#agent/log-files.ts'
import { endSession } from '#agent/process-session.ts'
import { eachLine, type Order, type Told } from '#agent/reaper-protocol.ts'
import { identify, isStill, parseIdentity, writeIdentity, type SessionIdentity } from '#agent/session-identity.ts'
import { startCommand } from '#agent/started-command.ts'

/**
 * A program of its own, one an engine: `node reaper.ts <graceS>`. It starts the commands that the engine orders, and knows
 * the sessions of all. When the pipe from the engine ends, however the engine did, it ends every session that is still
 * registered, TERM first and KILL after the grace, and then itself. Before each signal it makes sure that the id is not
 * somebody else's by now.
 *
 * Commands are started here since a process is made by copying the page tables of the one that starts it: a millisecond for
 * each 25 MiB or so of a large engine.
 */

const sessions = new Map<string, SessionIdentity>()
const graceS = Number(process.argv[2] ?? 0)
const engine = process.ppid

// Whoever ends the engine by a signal to all its processes must not end this one before its work.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
// The engine is gone: that is heard from the other pipe.
process.stdout.on('error', () => undefined)

process.stdin.setEncoding('utf8')
process.stdin.on('data', eachLine(hear))
process.stdin.on('end', () => void reap())
tell({ kind: 'ready' })

function hear(line: string): void {
  const text = line.slice(1)
  if (line.startsWith('!')) {
    // Nobody would hear of it any more.
    if (process.ppid === engine) void carryOut(JSON.parse(text) as Order)
    return
  }
  const session = parseIdentity(text)
  if (line.startsWith('+') && session !== undefined) sessions.set(text, session)
  else sessions.delete(text)
}

async function carryOut({ number, logs, ...line }: Order): Promise<void> {
  let files: ReturnType<typeof openAppending>
  try {
    files = openAppending(logs)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    tell({ kind: 'no-logs', number, code, message })
    return
  }
  const started = await startCommand(line, files)
  for (const file of Object.values(files)) closeSync(file)
  if ('code' in started) {
    tell({ kind: 'not-started', number, ...started })
    return
  }
  const { leader, exited } = started
  // A command that has ended already is there to be read as long as this turn of the event loop lasts.
  const identity = identify(leader)
  const session = writeIdentity(identity)
  sessions.set(session, identity)
  tell({ kind: 'started', number, session })
  tell({ kind: 'ended', number, ...(await exited) })
}

function tell(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`)
}

async function reap(): Promise<void> {
  await Promise.all(
    [...sessions.values()].filter(isStill).map((session) => endSession(session.leader, graceS, () => isStill(session))),
  )
}
