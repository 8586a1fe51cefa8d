import { readFileSync } from 'node:fs'
import { processIds, readProcess } from '#agent/process-table.ts'
import { taskEnvironment } from '#contract/task-environment.ts'

/**
 * Leaders of the sessions of clones that have their folder in there, by what `/proc` shows of their environment; none
 * where there is no `/proc`. Finds a command that was started by somebody who did not live to tell of it.
 */
export function sessionsAtWorkIn(workFolder: string): ReadonlySet<number> {
  const mark = `${taskEnvironment.context}=${workFolder}/`
  const leaders = new Set<number>()
  for (const pid of processIds() ?? []) {
    const session = environmentOf(pid).some((variable) => variable.startsWith(mark)) && readProcess(pid)?.session
    if (session) leaders.add(session)
  }
  return leaders
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    // It has ended, or is another user's.
    return []
  }
}
