import type { AgentDeps } from '#agent/clone-job.ts'
import type { CloneLogs } from '#agent/clone-logs.ts'
import { logStreams } from '#agent/log-files.ts'
import { endSession, groupExists, sessionLives } from '#agent/process-session.ts'
import type { Reaper, ReapedCommand } from '#agent/start-reaper.ts'
import { commandLine, startCommand, type CommandLine, type NotStarted } from '#agent/started-command.ts'
import { stopReasonOf } from '#agent/stop-reason-of.ts'
import { firstSampleMs, watchSession, type SampledUsage } from '#agent/usage-sampler.ts'
import type { Command } from '#core/workflow/workflow.ts'

export interface CommandRequest {
  readonly command: Command
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly logs: CloneLogs
  readonly logLimitBytes: number
  readonly timeoutS: number | null
  readonly killGraceS: number
  readonly signal: AbortSignal
  readonly onProcessGroup: (leader: number, what: 'started' | 'ended') => void
  /** Starts a command in the place of this process, when it can. */
  readonly start: Reaper['start']
  readonly meter: AgentDeps['meter'] | undefined
  readonly endStrays: AgentDeps['endStrays'] | undefined
}

/** How the command ended; once this is known, no process of its session lives. */
export type CommandEnd =
  | { readonly kind: 'not-started'; readonly code: string; readonly program: string }
  | {
      readonly kind: 'ended'
      /** Why the agent ended it, or `undefined`: by itself. */
      readonly cut: Cut | undefined
      readonly exitCode: number | null
      readonly signal: NodeJS.Signals | null
      readonly usage: SampledUsage
      /** How many of its processes the kernel ended for memory, where it says so. */
      readonly memoryKills: number
      readonly ranS: number
    }

export type Cut =
  | { readonly kind: 'timeout' }
  | { readonly kind: 'flood' }
  | { readonly kind: 'stop'; readonly graceS: number }

/** Seconds that processes have which the command left behind. */
const leftoverGraceS = 1

/** Runs a command in a session of its own, its output going straight to the logs, and ends all that it leaves behind. */
export async function runCommand(request: CommandRequest): Promise<CommandEnd> {
  const line = commandLine(request.command, request.folder, request.env)
  const started = await (request.start(line, request.logs) ?? startHere(request, line))
  if ('code' in started) return { kind: 'not-started', program: line.name, code: started.code }
  const { leader, exited } = started
  const metering = request.meter?.start()
  const { cut, usage, ageMs } = await watchUntilEnd(request, leader, exited, () => metering?.sample())
  if (cut !== undefined) await endSession(leader, graceOf(cut, request.killGraceS))
  const exit = await exited
  // Looking through all processes is not worth it for a command that hardly lived.
  const leftover = cut === undefined && (groupExists(leader) || (ageMs > firstSampleMs && sessionLives(leader)))
  if (leftover) await endSession(leader, leftoverGraceS)
  await request.endStrays?.(leftoverGraceS)
  started.release()
  const metered = metering?.stop() ?? { usage, memoryKills: 0 }
  return { kind: 'ended', cut, ...exit, ...metered, ranS: ageMs / 1000 }
}

/** Starts the command as a child of this process, and says so. */
async function startHere(
  { logs, onProcessGroup }: CommandRequest,
  line: CommandLine,
): Promise<Omit<ReapedCommand, 'session'> | NotStarted> {
  const started = await startCommand(line, logs)
  if ('code' in started) return started
  const { leader } = started
  onProcessGroup(leader, 'started')
  return { ...started, release: () => onProcessGroup(leader, 'ended') }
}

function graceOf(cut: Cut, killGraceS: number): number {
  if (cut.kind === 'flood') return 0
  return cut.kind === 'timeout' ? killGraceS : cut.graceS
}

/** A host that is taken away without notice leaves no time. */
function stopGraceS({ signal, killGraceS }: CommandRequest): number {
  return stopReasonOf(signal, killGraceS)?.graceS ?? 0
}

interface Ending {
  readonly cut: Cut | undefined
  readonly usage: SampledUsage
  readonly ageMs: number
}

/** Resolves when the leader has ended, or there is a reason to end it: whichever is first. */
async function watchUntilEnd(
  request: CommandRequest,
  leader: number,
  exited: Promise<unknown>,
  onSample: () => void,
): Promise<Ending> {
  const { signal } = request
  let timer: NodeJS.Timeout | undefined
  let decide: (cut: Cut | undefined) => void = () => undefined
  const decided = new Promise<Cut | undefined>((resolve) => {
    decide = resolve
  })
  const onAbort = () => decide({ kind: 'stop', graceS: stopGraceS(request) })
  const lookAtLogs = floodWatch(request, () => decide({ kind: 'flood' }))
  const watch = watchSession(leader, () => {
    onSample()
    return lookAtLogs()
  })
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  if (request.timeoutS !== null) timer = setTimeout(() => decide({ kind: 'timeout' }), request.timeoutS * 1000)
  const over = (): void => decide(undefined)
  exited.then(over, over)
  try {
    const cut = await decided
    return { cut, usage: watch.stop(), ageMs: watch.ageMs() }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

const shortestLookMs = 5
const longestLookMs = 500

/**
 * Looks at the logs with each sample of the usage. A log that grows fast is looked at again in half the time that it
 * needs to reach its limit, so it goes little beyond.
 */
function floodWatch(request: CommandRequest, onFlood: () => void): () => number | undefined {
  let bytesBefore = 0
  let lookedAtMs = performance.now()
  return () => {
    const { logs, logLimitBytes } = request
    const bytes = Math.max(...logStreams.map(logs.bytes))
    if (bytes > logLimitBytes) onFlood()
    const nowMs = performance.now()
    const bytesPerMs = (bytes - bytesBefore) / (nowMs - lookedAtMs)
    bytesBefore = bytes
    lookedAtMs = nowMs
    const untilLimitMs = (logLimitBytes - bytes) / bytesPerMs
    return untilLimitMs < 2 * longestLookMs ? Math.max(shortestLookMs, untilLimitMs / 2) : undefined
  }
}
