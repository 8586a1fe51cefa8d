import type { Command } from 'commander'
import { collected, seconds } from '#cli/option-values.ts'
import { takeUp, type TakeUpOptions } from '#cli/take-up.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

interface RetryOptions extends TakeUpOptions {
  readonly force?: readonly string[]
}

/** `retry RUN`: runs again what left no result. */
export const addRetry: AddVerb = (verb, start) => {
  verb
    .description(
      'Runs a run that has ended once more, as a new one: what it committed is kept, but for forced tasks and what follows ' +
        'from them. In a run that has not ended, forced tasks that are in doubt are run once more.',
    )
    .argument('[run]', 'id of a run', 'latest')
    .option('--force <task>', 'run this task again whatever it came to; may be repeated', collected)
    .option('--pools <file>', 'pools to use instead of the default ones')
    .option('-d, --detach', 'print the id of the run and leave it to an engine in the background')
    .option('--drain <seconds>', 'what running clones get after Ctrl-C', seconds, 10)
    .option('--json', 'print the run document at the end; --json=stream prints each event as it happens')
    .addOption(verb.createOption('--json-stream').hideHelp())
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText(
      'after',
      examples(
        ['forkcast retry latest', 'what failed, and what was skipped for it'],
        ['forkcast retry latest --force charge', 'a task in doubt, once you know that it may run again'],
      ),
    )
    .action((run: string, options: RetryOptions, command: Command) =>
      start(command, (shell) =>
        takeUp(shell, options, (control) => control.retry(run, { force: options.force ?? [] })),
      ),
    )
}
