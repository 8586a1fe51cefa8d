import { exitCodeOf, exitCodes } from '#cli/exit-code.ts'
import { follow } from '#cli/follow.ts'
import type { TaskGraph } from '#cli/graph/task-graph.ts'
import { lineProgress, quietProgress, streamProgress, treeProgress, type Progress } from '#cli/live/progress.ts'
import { failureReport } from '#cli/report/failure-report.ts'
import { interruptedLine } from '#cli/report/interrupted.ts'
import { summary } from '#cli/report/summary.ts'
import type { Shell } from '#cli/shell.ts'
import { line, type Line } from '#cli/terminal/line.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { RunDocument } from '#contract/run-document.ts'

/** How a run that is followed is shown. */
export interface WatchOptions {
  /** What running clones get after a signal, where this process is their engine. */
  readonly drain: number
  /** Seconds to follow the run at most. */
  readonly timeout?: number
  readonly json?: boolean
  readonly jsonStream?: boolean
  readonly quiet?: boolean
}

/** Follows a run that an engine in this process or in another one runs, and says what it came to; the exit code of the verb. */
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
  const limit = options.timeout === undefined ? {} : { timeoutS: options.timeout }
  const end = await followed(shell, control, runId, { progress, drainS: options.drain, ...limit })
  if (end.kind === 'fault') return end.exitCode
  if (end.kind === 'signal') {
    shell.notes([leftLine(shell, end.role, runId)])
    return exitCodes[end.signal]
  }
  const found = await control.run(runId, { tasks: true })
  if (!found.ok) return shell.problem(found.error)
  const run = found.value
  const data = options.json === true && options.jsonStream !== true
  if (data) await shell.json(run)
  if (end.kind === 'ran-out') {
    shell.notes([line(`${runId} is still ${run.state}; wait on with  ${shell.command('wait', runId)}`, 'wait')])
    return exitCodes.ranOut
  }
  const doubts = inDoubt(run)
  if (run.state === 'interrupted' && doubts.length === 0) {
    shell.notes([interruptedLine(shell, runId)])
    return exitCodes.failed
  }
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
  if (doubts.length > 0 && !isOver(run))
    shell.notes(doubts.map((task) => line(doubtWords(shell, run.id, task), 'wait')))
  return exitCodeOf(run.state)
}

/** Follows the run; a fault of the machine is said, with how to go on. */
async function followed(
  ...following: Parameters<typeof follow>
): Promise<Awaited<ReturnType<typeof follow>> | { readonly kind: 'fault'; readonly exitCode: number }> {
  const [shell, , runId] = following
  try {
    return await follow(...following)
  } catch (error) {
    const exitCode = shell.fault(error)
    if (exitCode === undefined) throw error
    shell.notes([leftLine(shell, shell.api === undefined ? 'engine' : 'remote', runId)])
    return { kind: 'fault', exitCode }
  }
}

function leftLine(shell: Shell, role: ReturnType<ControlPlane['role']>, runId: string): Line {
  if (role === 'engine') return interruptedLine(shell, runId)
  const where = role === 'remote' ? `at ${shell.api}` : 'in the engine of another process'
  return line(`${runId} goes on ${where}; follow it again with  ${shell.command('wait', runId)}`, 'wait')
}

/** Tasks whose last attempt may have done its work or not. */
function inDoubt(run: RunDocument): readonly string[] {
  return (run.tasks ?? []).filter(({ attempts }) => attempts.at(-1)?.state === 'in-doubt').map(({ id }) => id)
}

function isOver({ state }: RunDocument): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

function doubtWords(shell: Shell, runId: string, task: string): string {
  return `${task} is in doubt: it may have done its work; run it again with  ${shell.command('retry', runId, '--force', task)}`
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
