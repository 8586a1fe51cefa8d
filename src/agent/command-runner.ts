import { statfsSync } from 'node:fs'
import { defaultGraceS, type AgentDeps, type CloneJob } from '#agent/clone-job.ts'
import { openLogs, openRedactedLogs, type CloneLogs } from '#agent/clone-logs.ts'
import { logStreams } from '#agent/log-files.ts'
import type { Redaction } from '#agent/redaction.ts'
import { runCommand, type CommandEnd } from '#agent/run-command.ts'
import type { Workspace } from '#agent/workspace.ts'
import type { Assignment } from '#contract/clone-api.ts'
import type { Evidence } from '#core/failure/classify.ts'
import { err, ok, type Result } from '#core/result.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import type { Command } from '#core/workflow/workflow.ts'

export type EndedCommand = Extract<CommandEnd, { kind: 'ended' }>

/** Where the commands of a clone run. */
export interface CommandPlace {
  readonly assignment: Assignment
  readonly fence: number
  readonly workspace: Workspace
  readonly env: Readonly<Record<string, string>>
  /** Absent: the task has no secrets, and its commands write to the logs themselves. */
  readonly redaction: Redaction | undefined
  /** Told of each command that has started, once it has ended. */
  readonly onEnded: (end: EndedCommand) => void
}

/** Runs the commands of a clone, one after the other: into the same logs, all within one timeout. */
export interface CommandRunner {
  /** `validator`: what kind of evidence it is when the command ends with another exit code than 0. */
  run(command: Command, kind: 'exit' | 'validator'): Promise<Result<void, Evidence>>
  close(): void
}

const mebibyte = 1024 ** 2

/** Nothing is opened before the first command. */
export function commandRunner(deps: AgentDeps, job: CloneJob, place: CommandPlace): CommandRunner {
  const { assignment, fence, workspace, env, redaction, onEnded } = place
  const limitMiB = deps.logLimitMiB ?? LIMITS.logBytes.value / mebibyte
  const logLimitBytes = limitMiB * mebibyte
  const lease = { fence, prefix: assignment.prefix }
  const pathOf = (stream: 'stdout' | 'stderr') => deps.logFile(lease, stream)
  let logs: CloneLogs | undefined
  let timeoutS = assignment.timeoutS

  return {
    async run(command, kind) {
      if (logs === undefined) {
        const opened = await open()
        if (!opened.ok) return err(noPipes(opened.error))
        logs = opened.value
      }
      const from = logs.bytes('stderr')
      const end = await runCommand({
        command,
        folder: workspace.code,
        env,
        logs,
        logLimitBytes,
        timeoutS,
        killGraceS: deps.killGraceS ?? defaultGraceS,
        signal: job.signal,
        onProcessGroup: deps.onProcessGroup ?? (() => undefined),
        start: deps.start ?? (() => undefined),
        meter: deps.meter,
        endStrays: deps.endStrays,
      })
      if (end.kind === 'not-started') return err({ kind: 'spawn', code: end.code, program: end.program })
      if (timeoutS !== null) timeoutS = Math.max(0, timeoutS - end.ranS)
      onEnded(end)
      logs.drain()
      const problem = problemOf(end, kind, logs, from)
      for (const stream of logStreams) logs.cut(stream, logLimitBytes)
      return problem === undefined ? ok(undefined) : err(problem)
    },
    close() {
      logs?.close()
      logs = undefined
    },
  }

  async function open(): Promise<Result<CloneLogs, string>> {
    if (redaction === undefined) return ok(openLogs(pathOf))
    return await openRedactedLogs(pathOf, redaction, workspace.root, { limitBytes: logLimitBytes, mkfifo: deps.mkfifo })
  }

  function problemOf(
    end: EndedCommand,
    kind: 'exit' | 'validator',
    { bytes, tail }: CloneLogs,
    from: number,
  ): Evidence | undefined {
    // Whoever was quick enough to end by himself is no better off than who was ended for it.
    const flooded = logStreams.find((stream) => bytes(stream) > logLimitBytes)
    if (flooded !== undefined) return { kind: 'flood', stream: flooded, limitMiB }
    const stderr = () => tail('stderr', from)
    if (end.cut?.kind === 'timeout') return { kind: 'timeout', timeoutS: assignment.timeoutS ?? 0, stderr: stderr() }
    if (end.exitCode === 0) return undefined
    const { exitCode, signal, usage, memoryKills } = end
    if (kind === 'validator') return { kind, exitCode, signal, stderr: stderr(), memoryKills }
    const { peakMemoryMiB } = usage
    const memoryMiB = job.memoryMiB ?? null
    const isDiskFull = isFull(workspace.root)
    return { kind, exitCode, signal, stderr: stderr(), memoryKills, isDiskFull, peakMemoryMiB, memoryMiB }
  }
}

/** Less than this is left of no disk that is in good order. */
const leastBytes = 64 * 1024

function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < leastBytes
  } catch {
    // The command has removed it.
    return false
  }
}

/** The place is at fault: another one may have what it takes. */
function noPipes(code: string): Evidence {
  const message = `mkfifo made no named pipe (${code}), and a task with secrets needs it to keep them out of its logs`
  return { kind: 'agent', step: 'staging in', code, message, isOutput: false }
}
