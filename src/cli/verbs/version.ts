import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

/** `version`: which program this is, and on what it runs. */
export const addVersion: AddVerb = (verb, start) => {
  verb
    .description('Prints the version of this program, of Node and of the platform.')
    .option('--json', 'print {forkcast, node, platform}')
    .addHelpText('after', examples(['forkcast version', 'for a report of a fault']))
    .action((options: { readonly json?: boolean }, command: Command) =>
      start(command, (shell) => version(shell, options.json === true)),
    )
}

async function version(shell: Shell, json: boolean): Promise<number> {
  const { forkcast, node, platform } = shell.host.version
  if (json) await shell.json(shell.host.version)
  else await shell.lines([line(`forkcast ${forkcast}, node ${node}, ${platform}`)])
  return exitCodes.ok
}
