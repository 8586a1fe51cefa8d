import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { RunView } from '#cli/live/run-view.ts'
import { transitionWords } from '#cli/live/transition.ts'
import { followedTo } from '#cli/report/interrupted.ts'
import type { Shell } from '#cli/shell.ts'
import { span, type Line } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import type { EventDocument } from '#contract/run-document.ts'

interface EventsOptions {
  readonly follow?: boolean
  readonly json?: boolean
  readonly jsonStream?: boolean
}

/** `events RUN`: all that happened, in the order in which it was written. */
export const addEvents: AddVerb = (verb, start) => {
  verb
    .description('Prints every event of a run, one a line, in the order in which they were written.')
    .argument('[run]', 'id of a run', 'latest')
    .option('-f, --follow', 'go on until the run is over')
    .option('--json', 'print {events}; --json=stream prints each event on a line of its own')
    .addOption(verb.createOption('--json-stream').hideHelp())
    .addHelpText(
      'after',
      examples(
        ['forkcast events latest', 'for a person'],
        ['forkcast events latest -f --json=stream', 'for a program that follows'],
      ),
    )
    .action((run: string, options: EventsOptions, command: Command) =>
      start(command, (shell) => events(shell, run, options)),
    )
}

async function events(shell: Shell, id: string, options: EventsOptions): Promise<number> {
  return shell.withControl({ mode: 'read' }, async (control) => {
    const run = await control.run(id, { tasks: false })
    if (!run.ok) return shell.problem(run.error)
    const view = new RunView()
    const all: EventDocument[] = []
    for await (const event of control.events(run.value.id, { follow: options.follow === true })) {
      if (options.jsonStream === true) await shell.jsonLine(event)
      else if (options.json === true) all.push(event)
      else {
        view.apply(event)
        await shell.lines([eventLine(event, view)])
      }
    }
    if (options.json === true && options.jsonStream !== true) await shell.json({ events: all })
    return options.follow === true ? followedTo(shell, control, run.value.id) : exitCodes.ok
  })
}

function eventLine(event: EventDocument, view: RunView): Line {
  const words = transitionWords(event, view)
  return [
    span(`${event.at}  `, 'dim'),
    span(`${event.id.padEnd(16)}  `, 'strong'),
    span(event.type.padEnd(16)),
    ...(words === undefined ? [] : [span('  '), words]),
  ]
}
