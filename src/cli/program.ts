import { Command, type CommanderError } from 'commander'
import type { CliHost } from '#cli/host.ts'
import { defaultDir } from '#cli/shell.ts'
import { columnsOf } from '#cli/terminal/look.ts'
import { verbList } from '#cli/verb-list.ts'
import { examples, type Start } from '#cli/verb.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'

/** What the program calls: a verb's work, or the refusal of a command line. */
export interface Calls {
  readonly start: Start
  readonly refuse: (command: Command, error: CommanderError) => never
}

/** The command line as commander knows it. A verb is only a name and a summary until it is called. */
export function buildProgram(host: CliHost, calls: Calls): Command {
  const program = new Command('forkcast')
    .description(
      'Runs DAGs of tasks: predicts and plans each run, races clones of risky tasks, explains every placement.',
    )
    .usage('<verb> [options]')
    .commandsGroup('Verbs:')
    .option('--dir <folder>', 'folder of runs, logs and results', defaultDir)
    .option('--api <url>', 'a control plane elsewhere, as FORKCAST_API; its token is FORKCAST_TOKEN')
    .option('--no-color', 'no colour, as with NO_COLOR=1')
    .option('--no-input', 'never ask: a question would be an error that names the option to answer it with')
    .version(host.version.forkcast, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
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
  for (const { name, summary, hidden = false } of verbList) {
    const verb = program.command(name, { hidden }).summary(summary)
    verb.exitOverride((error) => calls.refuse(verb, error))
  }
  program
    .command('help')
    .summary('print the help of a verb')
    .argument('[verb]')
    .action(async (name?: string) => {
      const verb = program.commands.find((one) => one.name() === name)
      if (name === undefined) program.outputHelp()
      else if (verb === undefined) program.error(unknownVerb(name), { exitCode: 2 })
      else {
        await loadVerb(verb, calls.start)
        verb.outputHelp()
      }
    })
  program.hook('preSubcommand', async (_, verb) => {
    // Completion is about all of them.
    const called = verb.name() === 'completion' ? program.commands : [verb]
    await Promise.all(called.map((one) => loadVerb(one, calls.start)))
  })
  return program
}

/** As commander says it of a verb that is called. */
function unknownVerb(name: string): string {
  const near = didYouMean(
    name,
    verbList.map((verb) => verb.name),
  )
  return `error: unknown command '${name}'${near === undefined ? '' : `\n(Did you mean ${near}?)`}`
}

/** Gives a verb what its own file says of it. */
async function loadVerb(verb: Command, start: Start): Promise<void> {
  const add = await verbList.find(({ name }) => name === verb.name())?.load()
  add?.(verb, start)
}

/** Lines longer than this are hard to read, and a file has no width. */
function helpWidth(columns: number): number {
  return Math.min(columns, 100)
}
