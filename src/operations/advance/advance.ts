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
import { finish } from '#operations/finish.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import { stop } from '#operations/stop.ts'

/**
 * Does the work and all that follows from it, depth first: what a group starts is started before the group is written
 * off as opened, so that a crash at any point leaves a claimed group that a sweep opens again. A run that does not run
 * any more goes no further.
 */
export async function advance(ports: Ports, run: RunId, work: readonly Work[]): Promise<void> {
  if ((await readRun(ports.store, run)).value.state !== 'running') return
  const stack = [...work].reverse()
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const following = await step(ports, run, next)
    for (const item of following.toReversed()) stack.push(item)
  }
}

async function step(ports: Ports, run: RunId, work: Work): Promise<readonly Work[]> {
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
    case 'opened':
      return opened(ports, run, work.group)
    case 'stop':
      return stop(ports, run, work.reason)
    case 'finish':
      await finish(ports, run)
      return []
    default:
      return unreachable(work)
  }
}
