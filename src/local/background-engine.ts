import { spawn } from 'node:child_process'
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { ProblemError, type Problem } from '#contract/problem.ts'
import { stateFiles } from '#local/state-files.ts'

/** A log that is longer is begun anew by the next engine. */
const longestLogBytes = 4 * 1024 ** 2

export interface BackgroundEngineOptions {
  readonly dir: string
  /** Path of the command line's program; without it no engine is started. */
  readonly program?: string
  readonly poolsFile?: string
  readonly beside?: string
}

/** An engine in a process of its own, which outlives this one and ends when it has nothing left to do. */
export interface BackgroundEngine {
  /**
   * Says that nobody takes commands yet, and starts a process that will, unless one is starting.
   * @throws ProblemError when the one that was started has failed.
   */
  awaited(): Problem
}

/** What it says goes to `engine.log` of the state directory. */
export function backgroundEngine({ dir, program, poolsFile, beside }: BackgroundEngineOptions): BackgroundEngine {
  const { engineLog } = stateFiles(dir)
  let starting = false
  let failed = false
  const start = (script: string): void => {
    mkdirSync(dir, { recursive: true })
    const log = openSync(engineLog, 'a', 0o600)
    if (fstatSync(log).size > longestLogBytes) ftruncateSync(log)
    const words = [
      'engine',
      '--dir',
      dir,
      ...(poolsFile === undefined ? [] : ['--pools', poolsFile]),
      ...(beside === undefined ? [] : ['--beside', beside]),
    ]
    const engine = spawn(process.execPath, [script, ...words], { detached: true, stdio: ['ignore', log, log] })
    closeSync(log)
    starting = true
    engine.once('error', () => (failed = true))
    engine.once('exit', (code) => {
      // Ended well, it found that another engine is there.
      starting = false
      failed = code !== 0
    })
    engine.unref()
  }
  return {
    awaited() {
      if (failed) throw new ProblemError(notStarted(engineLog))
      if (!starting && program !== undefined) start(program)
      return silent(engineLog)
    },
  }
}

function notStarted(log: string): Problem {
  return {
    code: 'ENGINE-FAILED',
    message: `the engine in the background has failed: ${lastLine(log)}`,
    fix: `see ${log}, or run without --detach`,
    exitCode: 1,
  }
}

function silent(log: string): Problem {
  return {
    code: 'ENGINE-SILENT',
    message: 'the engine in the background takes no commands yet',
    fix: `see ${log}, then try again`,
    exitCode: 6,
  }
}

function lastLine(log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
  return lines.findLast((line) => line.trim() !== '') ?? 'it said nothing'
}
