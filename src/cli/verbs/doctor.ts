import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import type { Shell } from '#cli/shell.ts'
import { span, type Line } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

/** `doctor`: whether this machine can run workflows. */
export const addDoctor: AddVerb = (verb, start) => {
  verb
    .description(
      'Checks what a run needs of this machine, and says how to mend what is missing. Exit code 1 if anything is.',
    )
    .option('--json', 'print {ok, checks: [{name, ok, found, fix}]}')
    .addHelpText('after', examples(['forkcast doctor', 'all checks']))
    .action((options: { readonly json?: boolean }, command: Command) =>
      start(command, (shell) => doctor(shell, options.json === true)),
    )
}

async function doctor(shell: Shell, json: boolean): Promise<number> {
  const checks = await shell.host.checkMachine(shell.dir)
  const ok = checks.every((check) => check.ok)
  const exitCode = ok ? exitCodes.ok : exitCodes.failed
  if (json) {
    await shell.json({ ok, checks })
    return exitCode
  }
  const { good, bad, to } = shell.out.symbols
  const width = Math.max(...checks.map(({ name }) => name.length))
  await shell.lines(
    checks.flatMap((check): readonly Line[] => [
      [
        span(`${check.ok ? good : bad} `, check.ok ? 'good' : 'bad'),
        span(check.name.padEnd(width)),
        span(`  ${check.found}`, 'dim'),
      ],
      ...(check.ok ? [] : [[span(`  ${to} ${check.fix}`)]]),
    ]),
  )
  return exitCode
}
