import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Command } from '#core/workflow/workflow.ts'

/** A command as a process is made of it. A list is taken as it is, with no shell. */
export interface CommandLine {
  readonly program: string
  readonly rest: readonly string[]
  /** What it finds as its own name. */
  readonly name: string
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

/** How the process of a command ended. */
export interface CommandExit {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process that leads a session of its own. */
export interface StartedCommand {
  readonly leader: number
  readonly exited: Promise<CommandExit>
}

/** Why there is no process: the code of an error of the operating system, such as `ENOENT`. */
export interface NotStarted {
  readonly code: string
}

/** What is run in a folder, with nothing in its environment but `env`. */
export function commandLine(command: Command, folder: string, env: Readonly<Record<string, string>>): CommandLine {
  if (command.kind === 'shell') {
    return { program: '/bin/sh', rest: ['-eu', '-c', command.script], name: 'sh', folder, env }
  }
  const [program = '', ...rest] = command.argv
  return { program, rest, name: program, folder, env }
}

/** Starts a command that writes to open files. */
export async function startCommand(
  line: CommandLine,
  output: { readonly stdout: number; readonly stderr: number },
): Promise<StartedCommand | NotStarted> {
  const child = spawned(line, output)
  if ('code' in child) return child
  const leader = child.pid
  if (leader === undefined) {
    const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException]
    return { code: error.code ?? error.message }
  }
  const exited = new Promise<CommandExit>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
  })
  return { leader, exited }
}

const killScore = '/proc/self/oom_score_adj'
let ownScore: string | undefined

/**
 * Should memory run out, the kernel ends what is started here rather than this process. The score is inherited, so it is this
 * process's own for the moment: what a command starts at once has it too.
 */
function asFirstToKill<T>(start: () => T): T {
  try {
    ownScore ??= readFileSync(killScore, 'latin1')
    writeFileSync(killScore, '1000')
  } catch {
    // There is no such setting here.
    return start()
  }
  try {
    return start()
  } finally {
    writeFileSync(killScore, ownScore)
  }
}

function spawned(
  { program, rest, name, folder, env }: CommandLine,
  { stdout, stderr }: { readonly stdout: number; readonly stderr: number },
): ChildProcess | NotStarted {
  try {
    return asFirstToKill(() =>
      spawn(program, rest, { argv0: name, cwd: folder, env, detached: true, stdio: ['ignore', stdout, stderr] }),
    )
  } catch (error) {
    // Node throws what it can tell at once.
    return { code: (error as NodeJS.ErrnoException).code ?? String(error) }
  }
}
