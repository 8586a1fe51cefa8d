import type { Command } from 'commander'
import { seconds } from '#cli/option-values.ts'
import { takeUp, type TakeUpOptions } from '#cli/take-up.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

/** `resume RUN`: goes on with a run that was interrupted. */
export const addResume: AddVerb = (verb, start) => {
  verb
    .description('Goes on with a run that was interrupted. What is committed is kept; clones that were lost run again.')
    .argument('[run]', 'id of a run', 'latest')
    .option('--pools <file>', 'pools to use instead of the default ones')
    .option('-d, --detach', 'print the id of the run and leave it to an engine in the background')
    .option('--drain <seconds>', 'what running clones get after Ctrl-C', seconds, 10)
    .option('--json', 'print the run document at the end; --json=stream prints each event as it happens')
    .addOption(verb.createOption('--json-stream').hideHelp())
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText('after', examples(['forkcast resume latest', 'the last run']))
    .action((run: string, options: TakeUpOptions, command: Command) =>
      start(command, (shell) => takeUp(shell, options, (control) => control.resume(run))),
    )
}
