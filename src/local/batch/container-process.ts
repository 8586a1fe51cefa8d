import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { endSession, sessionLives } from '#agent/process-session.ts'
import { commandLine, startCommand, type StartedCommand } from '#agent/started-command.ts'
import type { ContainerExit, ContainerRun, EndContainer, RunContainer } from '#local/batch/job-runner.ts'

export interface ContainerProcessOptions {
  /** Of the endpoint: `work/` and `logs/` are made in it. */
  readonly folder: string
  /** What every container finds in its environment, as an image would bring it: PATH, HOME, LANG. */
  readonly inherit: Readonly<Record<string, string>>
  /** Told of the session of each container, so that it can be ended should this process die. */
  readonly onProcessGroup?: (leader: number, what: 'started' | 'ended') => void
}

/** What Docker adds to the number of a signal that ended a container. */
const signalled = 128

/**
 * Containers as processes of this machine: the command in a session and a folder of its own, which is removed with it;
 * both outputs go to the file of its log stream. Image, volumes, network and roles are not used, and its room is booked
 * by the scheduler, not enforced.
 */
export function containerProcesses({ folder, inherit, onProcessGroup }: ContainerProcessOptions): RunContainer {
  return async (run, signal) => {
    const [program, ...rest] = run.container.command ?? []
    if (program === undefined) return startFailure('no command specified')
    const work = join(folder, 'work', run.task)
    mkdirSync(work, { recursive: true })
    const log = openLog(folder, run)
    try {
      const env = { ...inherit, TMPDIR: work, ...run.environment }
      const line = commandLine({ kind: 'argv', argv: [program, ...rest] }, work, env)
      const started = await startCommand(line, { stdout: log, stderr: log })
      if ('code' in started) return startFailure(`exec: "${program}": ${started.code}`)
      onProcessGroup?.(started.leader, 'started')
      const exit = await untilEnd(started, signal)
      onProcessGroup?.(started.leader, 'ended')
      return exit
    } finally {
      closeSync(log)
      rmSync(work, { recursive: true, force: true })
    }
  }
}

/** The file of a log stream of the group `/aws/batch/job`. */
export function logFileOf(folder: string, logStream: string): string {
  return join(folder, 'logs', `${logStream}.log`)
}

/** Once the first process has ended, or was told to, nothing of its session lives on. */
async function untilEnd({ leader, exited }: StartedCommand, signal: AbortSignal): Promise<ContainerExit> {
  const told = Promise.withResolvers<void>()
  const onAbort = () => told.resolve()
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  await Promise.race([exited, told.promise])
  signal.removeEventListener('abort', onAbort)
  if (signal.aborted) await endSession(leader, (signal.reason as EndContainer).graceS)
  const exit = await exited
  // The first process of a container takes all others with it.
  if (sessionLives(leader)) await endSession(leader, 0)
  return { exitCode: exit.exitCode ?? signalled + (exit.signal === null ? 0 : constants.signals[exit.signal]) }
}

function startFailure(why: string): ContainerExit {
  const reason = `CannotStartContainerError: Error response from daemon: unable to start container process: ${why}`
  return { exitCode: null, reason: reason.slice(0, 255), isStartFailure: true }
}

function openLog(folder: string, { logStream }: ContainerRun): number {
  const file = logFileOf(folder, logStream)
  mkdirSync(dirname(file), { recursive: true })
  return openSync(file, 'a', 0o600)
}
