import { Option, type Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import type { Shell } from '#cli/shell.ts'
import { fanout } from '#cli/templates/fanout.ts'
import { hello } from '#cli/templates/hello.ts'
import { race } from '#cli/templates/race.ts'
import { templateFiles, workflowFile } from '#cli/templates/template.ts'
import { line, span, type Line } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

/** What `init` can write, simplest first. */
const templates = [hello, fanout, race] as const

/** `init [DIR]`: a first workflow. */
export const addInit: AddVerb = (verb, start) => {
  verb
    .description(
      `Writes a workflow that runs as it is. Nothing is overwritten.\n\n${templates
        .map(({ name, shows }) => `  ${name.padEnd(8)} ${shows}`)
        .join('\n')}`,
    )
    .argument('[dir]', 'folder to write into; made if it is missing', '.')
    .addOption(
      new Option('--template <name>', 'what to write').choices(templates.map(({ name }) => name)).default('hello'),
    )
    .addHelpText(
      'after',
      examples(
        ['forkcast init', 'the simplest one, here'],
        ['forkcast init races --template race', 'clones and hedges, in a folder of its own'],
      ),
    )
    .action((folder: string, options: { readonly template: string }, command: Command) =>
      start(command, (shell) => init(shell, folder, options.template)),
    )
}

async function init(shell: Shell, folder: string, name: string): Promise<number> {
  const template = templates.find((one) => one.name === name) ?? hello
  const files = templateFiles(template, shell.host.schema(folder))
  const written = await shell.host.createFiles(folder, files)
  if (!written.ok) return shell.problem(written.error)
  const path = (file: string) => (folder === '.' ? file : `${folder.replace(/\/+$/, '')}/${file}`)
  const steps = [
    [shell.command('validate', path(workflowFile)), 'check it'],
    [shell.command('run', path(workflowFile)), 'run it'],
    [shell.command('outputs', 'latest'), 'see what it made'],
  ] as const
  const width = Math.max(...steps.map(([command]) => command.length))
  const { good } = shell.out.symbols
  await shell.lines([
    ...files.map((file): Line => [span(`${good} `, 'good'), span(path(file.path))]),
    line('next', 'strong'),
    ...steps.map(([command, why]): Line => [span(`  ${command.padEnd(width)}  `), span(why, 'dim')]),
  ])
  return exitCodes.ok
}
