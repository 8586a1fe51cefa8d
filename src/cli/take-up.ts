import { detached } from '#cli/detached.ts'
import { taskGraph } from '#cli/graph/task-graph.ts'
import type { Shell } from '#cli/shell.ts'
import { watchRun, type WatchOptions } from '#cli/watch-run.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { Problem } from '#contract/problem.ts'
import type { Result } from '#core/result.ts'

/** How a run that is stored is worked on again. */
export interface TakeUpOptions extends WatchOptions {
  readonly pools?: string
  readonly detach?: boolean
}

/** Asks an engine to work on a stored run, and follows it, or leaves it to one in the background; the exit code of the verb. */
export async function takeUp(
  shell: Shell,
  options: TakeUpOptions,
  ask: (control: ControlPlane) => Promise<Result<{ readonly runId: string }, Problem>>,
): Promise<number> {
  const engine = {
    mode: options.detach === true ? 'background' : 'engine',
    ...(options.pools === undefined ? {} : { poolsFile: options.pools }),
  } as const
  const sinceMs = shell.host.now()
  return shell.withControl({ ...engine, drainS: options.drain }, async (control) => {
    shell.holdSignals()
    const asked = await ask(control)
    if (!asked.ok) return shell.problem(asked.error)
    const { runId } = asked.value
    if (options.detach === true) return detached(shell, control, runId, options)
    const workflow = await control.workflow(runId)
    if (!workflow.ok) return shell.problem(workflow.error)
    return watchRun(shell, control, runId, { graph: taskGraph(workflow.value), file: null, sinceMs, options })
  })
}
