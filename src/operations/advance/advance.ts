import type { RunId } from '#core/run/ids.ts'
import { unreachable } from '#core/unreachable.ts'
import { expandTask } from '#operations/advance/expand-task.ts'
import { markEnded } from '#operations/advance/mark-ended.ts'
import { mark } from '#operations/advance/mark.ts'
import { openGroup } from '#operations/advance/open-group.ts'
import { opened } from '#operations/advance/opened.ts'
import { startInstance } from '#operations/advance/start-instance.ts'
import { startTasks } from '#operations/advance/start-tasks.ts'
import type { Work } from '#operations/advance/work.ts'
import { asOne } from '#operations/as-one.ts'
import { finish } from '#operations/finish.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import { startExecutions } from '#operations/start-executions.ts'
import { stop } from '#operations/stop.ts'

/**
 * Does the work and all that follows from it: first what only writes rows, depth first and made as one as far as it fits; then
 * executions are started, then groups are written off as opened, so that a crash at any point leaves a claimed group that a
 * sweep opens again. A run that does not run any more goes no further.
 */
export async function advance(ports: Ports, run: RunId, work: readonly Work[]): Promise<void> {
  if ((await readRun(ports.store, run)).value.state !== 'running') return
  await asOne(ports, run, async (joined) => {
    const last = await writeRows(joined, run, work)
    for (const next of last) if (next.kind === 'execute') await startExecutions(joined, run, next.starts)
    await asOne(joined, run, async (rows) => {
      for (const next of last) if (next.kind === 'opened') await opened(rows, run, next.group)
    })
    for (const next of last) if (next.kind === 'finish') await finish(joined, run)
  })
}

/** Does what only writes rows, and gives what is to follow once all of it is durable. */
async function writeRows(ports: Ports, run: RunId, work: readonly Work[]): Promise<readonly Last[]> {
  const stack = [...work].reverse()
  const last: Last[] = []
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.kind === 'execute' || next.kind === 'opened' || next.kind === 'finish') last.push(next)
    else for (const item of (await step(ports, run, next)).toReversed()) stack.push(item)
  }
  return last
}

type Last = Extract<Work, { kind: 'execute' | 'opened' | 'finish' }>

async function step(ports: Ports, run: RunId, work: Exclude<Work, Last>): Promise<readonly Work[]> {
  switch (work.kind) {
    case 'start':
      return startTasks(ports, run, work)
    case 'start-instance':
      return startInstance(ports, run, work)
    case 'expand':
      return expandTask(ports, run, work.task)
    case 'ended':
      return markEnded(ports, run, work.task)
    case 'mark':
      return mark(ports, run, work.memberships, work.left)
    case 'open':
      return openGroup(ports, run, work.group)
    case 'stop':
      return stop(ports, run, work.reason)
    default:
      return unreachable(work)
  }
}
