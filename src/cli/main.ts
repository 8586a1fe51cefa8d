import { inspect } from 'node:util'
import { CommanderError } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import type { CliHost } from '#cli/host.ts'
import { buildProgram } from '#cli/program.ts'
import { defaultDir, Shell, type GlobalOptions } from '#cli/shell.ts'
import { usageProblem } from '#cli/usage-problem.ts'

/**
 * Runs one command line.
 * @param argv the words after the program's name.
 * @returns the exit code.
 */
export async function main(argv: readonly string[], host: CliHost): Promise<number> {
  let exitCode: number = exitCodes.ok
  let verb = ''
  const program = buildProgram(host, {
    start: async (command, work) => {
      exitCode = await work(new Shell(host, command.optsWithGlobals<GlobalOptions>()))
    },
    refuse: (command, error) => {
      verb = command.parent === null ? '' : command.name()
      throw error
    },
  })
  try {
    await program.parseAsync(argv.map(spellStream), { from: 'user' })
    return exitCode
  } catch (error) {
    const shell = new Shell(host, { dir: defaultDir, color: !argv.includes('--no-color') })
    if (!(error instanceof CommanderError)) return shell.fault(error) ?? fault(error, host)
    if (error.exitCode === 0) return exitCodes.ok
    // The help itself was the answer.
    if (error.code === 'commander.help') return exitCodes.usage
    return shell.problem(usageProblem(error, verb, host.command))
  }
}

/** A bug, or a machine that fails: said with all that is known, since nobody expected it. */
function fault(error: unknown, host: CliHost): number {
  host.stderr.write(`forkcast met a fault of its own, or of this machine:\n${inspect(error)}\n`)
  return exitCodes.failed
}

/** `--json` takes no word after it, so that `run --json FILE` reads FILE; `--json=stream` is an option of its own. */
function spellStream(word: string): string {
  return word === '--json=stream' ? '--json-stream' : word
}
