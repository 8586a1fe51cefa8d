import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import type { Shell } from '#cli/shell.ts'
import { table, type Column } from '#cli/terminal/table.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import { grouped } from '#core/workflow/limits.ts'

/** `limits`: what a workflow may ask for. */
export const addLimits: AddVerb = (verb, start) => {
  verb
    .description(
      'Lists every bound on a workflow, and why it is where it is. What is beyond one is refused, never cut.',
    )
    .option('--json', 'print {limits: {name: {value, unit, why}}}')
    .addHelpText('after', examples(['forkcast limits', 'all of them']))
    .action((options: { readonly json?: boolean }, command: Command) =>
      start(command, (shell) => limits(shell, options.json === true)),
    )
}

const columns: readonly Column[] = [
  { title: 'limit' },
  { title: 'value', align: 'right' },
  { title: 'unit', shrinks: true },
  { title: 'why', shrinks: true },
]

async function limits(shell: Shell, json: boolean): Promise<number> {
  const all = shell.host.limits
  if (json) {
    await shell.json({ limits: all })
    return exitCodes.ok
  }
  const rows = Object.entries(all).map(([name, { value, unit, why }]) => [name, grouped(value), unit, why])
  await shell.lines(table(columns, rows, { width: shell.columns, more: shell.out.symbols.more }))
  return exitCodes.ok
}
