import { exitCodeOf, exitCodes } from '#cli/exit-code.ts'
import { follow } from '#cli/follow.ts'
import type { TaskGraph } from '#cli/graph/task-graph.ts'
import { lineProgress, quietProgress, streamProgress, treeProgress, type Progress } from '#cli/live/progress.ts'
import { failureReport } from '#cli/report/failure-report.ts'
import { summary } from '#cli/report/summary.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import type { ControlPlane } from '#contract/control-plane.ts'

/** How a run that is followed is shown. */
export interface WatchOptions {
  readonly drain: number
  readonly json?: boolean
  readonly jsonStream?: boolean
  readonly quiet?: boolean
}

/** Follows a run that an engine in this process runs, and says what it came to; the exit code of the verb. */
export async function watchRun(
  shell: Shell,
  control: ControlPlane,
  runId: string,
  watched: {
    readonly graph: TaskGraph
    /** The workflow file; `null` when the run was taken up again. */
    readonly file: string | null
    /** Transitions before it are not shown as lines. */
    readonly sinceMs: number
    readonly options: WatchOptions
  },
): Promise<number> {
  const { graph, file, options } = watched
  const emulated = (await control.pools()).pools.some((pool) => pool.emulated)
  const progress = progressOf(shell, { graph, emulated, sinceMs: watched.sinceMs }, options)
  const end = await follow(shell, control, runId, { progress, drainS: options.drain })
  if (end.kind === 'signal') {
    shell.notes([line(`${runId} is interrupted; go on with  ${shell.command('resume', runId)}`, 'wait')])
    return exitCodes[end.signal]
  }
  const found = await control.run(runId, { tasks: true })
  if (!found.ok) return shell.problem(found.error)
  const run = found.value
  const data = options.json === true && options.jsonStream !== true
  if (data) await shell.json(run)
  shell.notes(failureReport(run, shell))
  const silent = data || options.jsonStream === true || options.quiet === true
  if (!silent) {
    const outputs = await control.outputs(runId)
    const plan = await control.plan(runId)
    await shell.lines(
      summary(
        { run, emulated, file, outputs: outputs.ok ? outputs.value : {}, plan: plan.ok ? plan.value : null },
        shell,
      ),
    )
  }
  return exitCodeOf(run.state)
}

function progressOf(
  shell: Shell,
  { graph, emulated, sinceMs }: { readonly graph: TaskGraph; readonly emulated: boolean; readonly sinceMs: number },
  options: WatchOptions,
): Progress {
  if (options.jsonStream === true) return streamProgress(shell, sinceMs)
  if (options.quiet === true) return quietProgress(shell)
  return shell.err.live ? treeProgress(shell, graph, emulated) : lineProgress(shell, sinceMs)
}
