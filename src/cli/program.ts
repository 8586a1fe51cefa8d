import { Command, type CommanderError } from 'commander'
import type { CliHost } from '#cli/host.ts'
import { defaultDir } from '#cli/shell.ts'
import { columnsOf } from '#cli/terminal/look.ts'
import { examples, type AddVerb, type Start } from '#cli/verb.ts'
import { addCancel } from '#cli/verbs/cancel.ts'
import { addCost } from '#cli/verbs/cost.ts'
import { addDoctor } from '#cli/verbs/doctor.ts'
import { addEvents } from '#cli/verbs/events.ts'
import { addGraph } from '#cli/verbs/graph.ts'
import { addInit } from '#cli/verbs/init.ts'
import { addLimits } from '#cli/verbs/limits.ts'
import { addLogs } from '#cli/verbs/logs.ts'
import { addLs } from '#cli/verbs/ls.ts'
import { addOutputs } from '#cli/verbs/outputs.ts'
import { addPools } from '#cli/verbs/pools.ts'
import { addResume } from '#cli/verbs/resume.ts'
import { addRetry } from '#cli/verbs/retry.ts'
import { addRun } from '#cli/verbs/run.ts'
import { addShow } from '#cli/verbs/show.ts'
import { addValidate } from '#cli/verbs/validate.ts'
import { addVersion } from '#cli/verbs/version.ts'

/** Every verb that is built, in the order of the help. */
const verbs: readonly AddVerb[] = [
  addInit,
  addValidate,
  addGraph,
  addRun,
  addLs,
  addShow,
  addLogs,
  addEvents,
  addOutputs,
  addCost,
  addCancel,
  addResume,
  addRetry,
  addPools,
  addLimits,
  addDoctor,
  addVersion,
]

/** What the program calls: a verb's work, or the refusal of a command line. */
export interface Calls {
  readonly start: Start
  readonly refuse: (command: Command, error: CommanderError) => never
}

/** The command line as commander knows it. */
export function buildProgram(host: CliHost, calls: Calls): Command {
  const program = new Command('forkcast')
    .description(
      'Runs DAGs of tasks: predicts and plans each run, races clones of risky tasks, explains every placement.',
    )
    .usage('<verb> [options]')
    .commandsGroup('Verbs:')
    .option('--dir <folder>', 'folder of runs, logs and results', defaultDir)
    .option('--no-color', 'no colour, as with NO_COLOR=1')
    .version(host.version.forkcast, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [verb]', 'print the help of a verb')
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (verb) => verb.name() })
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
      // Said once, by `main`.
      outputError: () => {},
      getOutHelpWidth: () => helpWidth(columnsOf(host.stdout)),
      getErrHelpWidth: () => helpWidth(columnsOf(host.stderr)),
    })
    .addHelpText(
      'after',
      examples(
        ['forkcast init', 'a first workflow in this folder'],
        ['forkcast run forkcast.yaml', 'run it'],
        ['forkcast show latest', 'what ran where, and why'],
      ),
    )
  program.exitOverride((error) => calls.refuse(program, error))
  for (const add of verbs) add(program, calls.start)
  for (const verb of program.commands) verb.exitOverride((error) => calls.refuse(verb, error))
  return program
}

/** Lines longer than this are hard to read, and a file has no width. */
function helpWidth(columns: number): number {
  return Math.min(columns, 100)
}
