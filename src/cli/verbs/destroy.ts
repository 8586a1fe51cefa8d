import type { Command } from 'commander'
import { confirmed, nobodyToAsk, nothingDone } from '#cli/confirmed.ts'
import { type ChoiceOptions, withChoice, withDeployer } from '#cli/deployment/choice.ts'
import { followStacks, leftToItself } from '#cli/deployment/follow-stacks.ts'
import { exitCodes } from '#cli/exit-code.ts'
import { bytes } from '#cli/format/bytes.ts'
import { count } from '#cli/format/count.ts'
import { money } from '#cli/format/money.ts'
import type { Shell } from '#cli/shell.ts'
import { line, span, type Line } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import type { Deployer, KeptResource } from '#contract/deployer.ts'

interface Options extends ChoiceOptions {
  readonly yes?: boolean
  readonly data?: boolean
}

/** `destroy`: takes a deployment away. */
export const addDestroy: AddVerb = (verb, start) => {
  withChoice(
    verb.description(
      'Takes a deployment away, but for its table and its bucket, which hold its runs and their results. What is deleted is not to be had back.',
    ),
  )
    .option('--data', 'delete table and bucket too, with all that they hold; asked for by itself')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        ['forkcast destroy', 'all but the data'],
        ['forkcast destroy --data --name trial', 'all of one of several deployments'],
      ),
    )
    .action((options: Options, command: Command) =>
      start(command, (shell) => withDeployer(shell, options, (deployer) => destroy(shell, deployer, options))),
    )
}

async function destroy(shell: Shell, deployer: Deployer, { yes = false, data = false }: Options): Promise<number> {
  if (!yes && !shell.mayAsk) return shell.problem(nobodyToAsk)
  const standing = await deployer.standing()
  if (!standing.ok) return shell.problem(standing.error)
  const { stacks, kept } = standing.value
  shell.notes([
    line('goes: all runs that are at work, and', 'strong'),
    ...stacks.map((stack) => line(`  - ${stack}`)),
    line('  - the key that signs tokens of clones'),
    ...(kept.length === 0 ? [] : [line(data ? 'goes too, when you say so once more:' : 'stays:', 'strong')]),
    ...kept.map(keptLine),
  ])
  const signal = shell.takeSignals()
  if (signal !== undefined) return exitCodes[signal]
  if (!(await confirmed(shell, `Destroy ${count(stacks.length, 'stack')}?`, yes))) return nothingDone(shell)
  // Before anything is gone: whoever changes their mind has lost nothing.
  const names = kept.map(({ name }) => name).join(' and ')
  const deletes = data && kept.length > 0
  if (deletes && !(await confirmed(shell, `Delete ${names} for good?`, yes))) return nothingDone(shell)

  const end = await followStacks(shell, async (tell) => {
    const destroyed = await deployer.destroy(tell)
    return destroyed.ok && deletes ? deployer.deleteKept(kept) : destroyed
  })
  if (end.kind === 'signal') {
    shell.notes(leftToItself(end.standing))
    return exitCodes[end.signal]
  }
  if (!end.value.ok) return shell.problem(end.value.error)
  const { good, to } = shell.err.symbols
  shell.notes([
    line(`${good} destroyed`, 'good'),
    ...(deletes
      ? []
      : kept.map(({ kind, name, usdPerMonth }) =>
          line(`${kind} ${name} stays: ${money(usdPerMonth)} a month`, 'wait'),
        )),
    line(`${to} docs/uninstall.md tells how to remove what is left`),
  ])
  return exitCodes.ok
}

function keptLine({ kind, name, bytes: size, things, atLeast, usdPerMonth }: KeptResource): Line {
  const noun = kind === 'table' ? 'rows' : 'objects and versions'
  const least = atLeast ? 'at least ' : ''
  return [
    span(`  - ${kind} ${name}`),
    span(
      `  ${least}${things.toLocaleString('en')} ${noun}, ${bytes(size)}: ${least}${money(usdPerMonth)} a month`,
      'dim',
    ),
  ]
}
