import { createInterface } from 'node:readline'
import { endSession } from '#agent/process-session.ts'
import { readProcess, sessionMembers } from '#agent/process-table.ts'

/**
 * A program of its own, one an engine: `node reaper.ts <graceS>`. It reads `+<leader> <startTicks>` and `-<leader>`, a
 * line each, from the pipe that the engine holds. When the pipe ends, however the engine did, it ends every session
 * that is still registered, TERM first and KILL after the grace, and then itself.
 */

const sessions = new Map<number, number>()
const graceS = Number(process.argv[2] ?? 0)

// Whoever ends the engine by a signal to all its processes must not end this one before its work.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)

for await (const line of createInterface({ input: process.stdin })) {
  const [leader = Number.NaN, startTicks = Number.NaN] = line.slice(1).split(' ').map(Number)
  if (line.startsWith('+')) sessions.set(leader, startTicks)
  else sessions.delete(leader)
}
await Promise.all(
  [...sessions].filter(([...session]) => isStill(...session)).map(([leader]) => endSession(leader, graceS)),
)

/**
 * Whether a session is the one that was registered. Its leader may have ended before the rest; an id comes back only
 * when nothing of the session is left, so a leader that started at another time is somebody else's.
 */
function isStill(leader: number, startTicks: number): boolean {
  const process = readProcess(leader)
  if (process !== undefined) return process.startTicks === startTicks
  // No leader, or no `/proc` to tell.
  return sessionMembers(leader)?.every((member) => member.startTicks >= startTicks) ?? true
}
