import { checkOutputs } from '#agent/check-outputs.ts'
import { logStreams, type AgentDeps, type CloneJob } from '#agent/clone-job.ts'
import { openLogs, type CloneLogs } from '#agent/clone-logs.ts'
import { runCommand, type CommandEnd } from '#agent/run-command.ts'
import { stageIn } from '#agent/stage-in.ts'
import { stageOut } from '#agent/stage-out.ts'
import { stopReasonOf } from '#agent/stop-reason-of.ts'
import { makeWorkspace, type Workspace } from '#agent/workspace.ts'
import type { Assignment, LeaseAnswer } from '#contract/clone-api.ts'
import type { StopReason } from '#contract/stop-reason.ts'
import type { Failure } from '#core/failure/cause.ts'
import { classify, type AgentStep, type Evidence } from '#core/failure/classify.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Manifest } from '#core/run/manifest.ts'
import type { PhaseTimes, Usage } from '#core/run/usage.ts'

type EndedCommand = Extract<CommandEnd, { kind: 'ended' }>

/** What became of an assignment. */
export interface CarriedOut extends Readonly<Progress> {
  readonly ended:
    | { readonly kind: 'claimed'; readonly manifest: Manifest }
    | { readonly kind: 'failed'; readonly failure: Failure }
    | { readonly kind: 'told-to-end'; readonly reason: StopReason }
}

/** How far it came. */
interface Progress {
  /** Still to be removed. */
  workspace?: Workspace
  /** Absent when it did not start. */
  command?: EndedCommand
  usage: Usage
  times: PhaseTimes
}

const defaultGraceS = 10
const defaultLogLimitMiB = 64
const mebibyte = 1024 ** 2

/**
 * Stages in, runs the command and stages out. Never throws: what goes wrong around the command is a failure of the
 * clone too. Told to end, it is that and nothing else, whatever was reached.
 */
export async function carryOut(
  deps: AgentDeps,
  job: CloneJob,
  lease: Extract<LeaseAnswer, { granted: true }>,
): Promise<CarriedOut> {
  const progress: Progress = {
    usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
    times: { stagingInS: null, runningS: null, stagingOutS: null },
  }
  const result = await goThroughPhases(deps, job, lease, progress)
  const reason = stopReasonOf(job.signal, deps.killGraceS ?? defaultGraceS)
  if (reason !== undefined) return { ...progress, ended: { kind: 'told-to-end', reason } }
  if (!result.ok) return { ...progress, ended: { kind: 'failed', failure: classify(result.error) } }
  return { ...progress, ended: { kind: 'claimed', manifest: result.value } }
}

/** Once the signal is aborted, nobody looks at what it returns. */
async function goThroughPhases(
  deps: AgentDeps,
  job: CloneJob,
  { fence, assignment }: Extract<LeaseAnswer, { granted: true }>,
  progress: Progress,
): Promise<Result<Manifest, Evidence>> {
  const { signal } = job
  const staged = await timed(deps, progress, 'stagingInS', 'staging in', async () => {
    const workspace = await makeWorkspace(deps.workFolder, assignment.slot, fence)
    progress.workspace = workspace
    const result = await stageIn(deps, assignment, workspace, signal)
    if (!result.ok) return result
    progress.usage = { ...progress.usage, bytesIn: result.value.bytesIn }
    return ok({ workspace, env: result.value.env })
  })
  if (!staged.ok) return staged
  if (signal.aborted) return ok({})
  const { workspace, env } = staged.value
  const ran = await timed(deps, progress, 'runningS', 'running', () =>
    run(deps, job, assignment, workspace, env, progress),
  )
  if (!ran.ok) return ran
  if (signal.aborted) return ok({})
  return await timed(deps, progress, 'stagingOutS', 'staging out', async () => {
    const outputs = await checkOutputs(assignment.outputs, workspace)
    if (!outputs.ok) return err({ kind: 'output', ...outputs.error })
    const target = { objects: deps.objects, prefix: assignment.prefix, folder: workspace.root, signal }
    const { manifest, bytesOut } = await stageOut(outputs.value, target)
    progress.usage = { ...progress.usage, bytesOut }
    return ok(manifest)
  })
}

/** Times a phase, and turns what it throws into evidence. */
async function timed<T>(
  { clock }: AgentDeps,
  progress: Progress,
  phase: keyof PhaseTimes,
  step: AgentStep,
  act: () => Promise<Result<T, Evidence>>,
): Promise<Result<T, Evidence>> {
  const startMs = clock.nowMs()
  try {
    return await act()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return err({ kind: 'agent', step, code: code ?? null, message })
  } finally {
    progress.times = { ...progress.times, [phase]: Math.max(0, clock.nowMs() - startMs) / 1000 }
  }
}

async function run(
  deps: AgentDeps,
  job: CloneJob,
  assignment: Assignment,
  workspace: Workspace,
  env: Readonly<Record<string, string>>,
  progress: Progress,
): Promise<Result<void, Evidence>> {
  const killGraceS = deps.killGraceS ?? defaultGraceS
  const limitMiB = deps.logLimitMiB ?? defaultLogLimitMiB
  const logs = openLogs((stream) => deps.logFile(assignment.slot, stream))
  try {
    const end = await runCommand({
      command: assignment.command,
      folder: workspace.code,
      env,
      logs,
      logLimitBytes: limitMiB * mebibyte,
      timeoutS: assignment.timeoutS,
      killGraceS,
      signal: job.signal,
      onProcessGroup: deps.onProcessGroup ?? (() => undefined),
    })
    if (end.kind === 'not-started') return err({ kind: 'spawn', code: end.code, program: end.program })
    progress.command = end
    progress.usage = { ...progress.usage, ...end.usage }
    const problem = problemOf(end, assignment, limitMiB, logs, job.memoryMiB ?? null)
    for (const stream of logStreams) logs.cut(stream, limitMiB * mebibyte)
    return problem === undefined ? ok(undefined) : err(problem)
  } finally {
    logs.close()
  }
}

function problemOf(
  end: EndedCommand,
  assignment: Assignment,
  limitMiB: number,
  logs: CloneLogs,
  memoryMiB: number | null,
): Evidence | undefined {
  // Whoever was quick enough to end by himself is no better off than who was ended for it.
  const flooded = logStreams.find((stream) => logs.bytes(stream) > limitMiB * mebibyte)
  if (flooded !== undefined) return { kind: 'flood', stream: flooded, limitMiB }
  if (end.cut?.kind === 'timeout') {
    return { kind: 'timeout', timeoutS: assignment.timeoutS ?? 0, stderr: logs.tail('stderr') }
  }
  if (end.exitCode === 0) return undefined
  const { exitCode, signal, usage } = end
  const { peakMemoryMiB } = usage
  return { kind: 'exit', exitCode, signal, stderr: logs.tail('stderr'), peakMemoryMiB, memoryMiB }
}
