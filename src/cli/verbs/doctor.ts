import type { Command } from 'commander'
import { accountLines } from '#cli/deployment/account-lines.ts'
import { exitCodes } from '#cli/exit-code.ts'
import type { Shell } from '#cli/shell.ts'
import { line, span, type Line } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

interface Options {
  readonly json?: boolean
  readonly aws?: boolean
  readonly profile?: string
  readonly region?: string
}

/** `doctor`: whether this machine, or an account, can run workflows. */
export const addDoctor: AddVerb = (verb, start) => {
  verb
    .description(
      'Checks what a run needs of this machine, or with --aws what a deployment needs of an account, and says how to mend what is missing. Exit code 1 if nothing can work without it.',
    )
    .option('--aws', 'an account of AWS: credentials, region, bootstrap, quotas, roles, prices')
    .option('--profile <profile>', 'a profile of AWS')
    .option('--region <region>', 'a region of AWS, such as eu-west-1')
    .option('--json', 'print {ok, checks: [{name, ok, found, fix}]}; with --aws a check has state and command')
    .addHelpText(
      'after',
      examples(['forkcast doctor', 'this machine'], ['forkcast doctor --aws', 'an account, before `forkcast deploy`']),
    )
    .action((options: Options, command: Command) =>
      start(command, (shell) =>
        options.aws === true ? account(shell, options) : doctor(shell, options.json === true),
      ),
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

async function account(shell: Shell, { profile, region, json = false }: Options): Promise<number> {
  const report = await shell.host.checkAccount({
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
  })
  const ok = report.checks.every(({ state }) => state !== 'bad')
  if (json) await shell.json({ ok, ...report })
  else {
    const isShort = report.checks.some(({ state }) => state === 'short')
    const words = ok
      ? isShort
        ? 'can be deployed to; with what is short, less runs there than could'
        : 'can be deployed to'
      : 'can not be deployed to'
    await shell.lines([...accountLines(report.checks, shell.out), line(words, 'strong')])
  }
  return ok ? exitCodes.ok : exitCodes.failed
}
