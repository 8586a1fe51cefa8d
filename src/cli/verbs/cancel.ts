import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

/** `cancel RUN`: ends a run for good. */
export const addCancel: AddVerb = (verb, start) => {
  verb
    .description('Cancels a run: its clones end, nothing more is started, and it can not be resumed.')
    .argument('<run>', 'id of a run; latest is the last one')
    .option('--reason <text>', 'kept with the run', 'cancelled by the user')
    .addHelpText('after', examples(['forkcast cancel latest', 'the last run']))
    .action((run: string, options: { readonly reason: string }, command: Command) =>
      start(command, (shell) => cancel(shell, run, options.reason)),
    )
}

async function cancel(shell: Shell, run: string, reason: string): Promise<number> {
  return shell.withControl({ mode: 'engine' }, async (control) => {
    const found = await control.run(run, { tasks: false })
    if (!found.ok) return shell.problem(found.error)
    const done = await control.cancel(found.value.id, reason)
    if (!done.ok) return shell.problem(done.error)
    shell.notes([line(`${found.value.id} is cancelled; see  ${shell.command('show', found.value.id)}`)])
    return exitCodes.ok
  })
}
