import { createInterface } from 'node:readline'
import { endSession } from '#agent/process-session.ts'
import { isStill, parseIdentity, type SessionIdentity } from '#agent/session-identity.ts'

/**
 * A program of its own, one an engine: `node reaper.ts <graceS>`. It reads `+<session>` and `-<session>`, a line each
 * (leader, start, boot), from the pipe that the engine holds. When the pipe ends, however the engine did, it ends every
 * session that is still registered, TERM first and KILL after the grace, and then itself. Before each signal it makes sure
 * that the id is not somebody else's by now.
 */

const sessions = new Map<string, SessionIdentity>()
const graceS = Number(process.argv[2] ?? 0)

// Whoever ends the engine by a signal to all its processes must not end this one before its work.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)

for await (const line of createInterface({ input: process.stdin })) {
  const text = line.slice(1)
  const session = parseIdentity(text)
  if (line.startsWith('+') && session !== undefined) sessions.set(text, session)
  else sessions.delete(text)
}
await Promise.all(
  [...sessions.values()].filter(isStill).map((session) => endSession(session.leader, graceS, () => isStill(session))),
)
