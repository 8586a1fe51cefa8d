import type { Command } from 'commander'
import { confirmed, nobodyToAsk, nothingDone } from '#cli/confirmed.ts'
import { accountLines, mattering, unfit } from '#cli/deployment/account-lines.ts'
import { billLines } from '#cli/deployment/bill-lines.ts'
import { type ChoiceOptions, withChoice, withDeployer } from '#cli/deployment/choice.ts'
import { diffLines, diffSummary } from '#cli/deployment/diff-lines.ts'
import { followStacks, leftToItself } from '#cli/deployment/follow-stacks.ts'
import { exitCodes } from '#cli/exit-code.ts'
import { duration } from '#cli/format/duration.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import { columnsOf } from '#cli/terminal/look.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import type { AccountReport } from '#contract/account-check.ts'
import type { Deployer, DeploymentChoice } from '#contract/deployer.ts'

interface Options extends ChoiceOptions {
  readonly yes?: boolean
  readonly json?: boolean
}

/** `deploy`: a control plane in an account. */
export const addDeploy: AddVerb = (verb, start) => {
  withChoice(
    verb.description(
      'Makes a control plane in an account of AWS, or brings one up to date: looks at the account, says what would be made and what it costs while nothing runs, asks once, deploys. Prints the address of the API.',
    ),
  )
    .option('--yes', 'do not ask')
    .option('--json', 'print {apiUrl, account, region}')
    .addHelpText(
      'after',
      examples(
        ['forkcast deploy', 'with every default'],
        ['forkcast deploy -c forkcast:gpu=true', 'with pools of GPUs'],
        ['forkcast run flow.yaml --api "$(forkcast deploy --yes)"', 'run there'],
      ),
    )
    .action((options: Options, command: Command) =>
      start(command, (shell) =>
        withDeployer(shell, options, (deployer, choice) => deploy(shell, deployer, choice, options)),
      ),
    )
}

async function deploy(
  shell: Shell,
  deployer: Deployer,
  choice: DeploymentChoice,
  { yes = false, json = false }: Options,
): Promise<number> {
  if (!yes && !shell.mayAsk) return shell.problem(nobodyToAsk)
  const startedMs = shell.host.now()
  const account = await deployer.account()
  const checks = mattering(account.checks, choice.overrides)
  const bad = checks.filter(({ state }) => state === 'bad')
  if (bad.length > 0) return unfit(shell, bad)
  shell.notes([line(whereTo(account), 'strong')])
  shell.notes(
    accountLines(
      // That nothing is bootstrapped was just said.
      checks.filter(({ state, name }) => state === 'short' && (name !== 'bootstrap' || account.isBootstrapped)),
      shell.err,
    ),
  )
  shell.notes([line('comparing what there is with what is to be', 'dim')])
  const diff = await deployer.diff()
  if (!diff.ok) return shell.problem(diff.error)
  const bill = await deployer.idleBill()
  if (!bill.ok) return shell.problem(bill.error)
  const changes = diff.value.flatMap((stack) => stack.changes)
  const fit = { width: columnsOf(shell.host.stderr), more: shell.err.symbols.more }
  if (changes.length > 0) shell.notes([[], ...diffLines(diff.value), [], ...billLines(bill.value, fit), []])

  const signal = shell.takeSignals()
  if (signal !== undefined) return exitCodes[signal]
  const isWanted = await confirmed(shell, `Deploy: ${diffSummary(diff.value)}?`, yes || changes.length === 0)
  if (!isWanted) return nothingDone(shell)

  const end = await followStacks(shell, async (tell) => {
    const bootstrapped = account.isBootstrapped ? undefined : await deployer.bootstrap(tell)
    return bootstrapped?.ok === false ? bootstrapped : deployer.deploy(tell)
  })
  if (end.kind === 'signal') {
    shell.notes(leftToItself(end.standing))
    return exitCodes[end.signal]
  }
  if (!end.value.ok) return shell.problem(end.value.error)
  const { apiUrl } = end.value.value
  const took = duration((shell.host.now() - startedMs) / 1000)
  const { good, to } = shell.err.symbols
  shell.notes([
    line(`${good} ${changes.length === 0 ? 'nothing was to be changed' : 'deployed'} in ${took}`, 'good'),
    line(`${to} ${shell.host.command} run forkcast.yaml --api ${apiUrl}`),
    line(`${to} or once for all verbs:  export FORKCAST_API=${apiUrl}`),
  ])
  if (json) await shell.json({ apiUrl, account: account.account, region: account.region })
  else await shell.lines([line(apiUrl)])
  return exitCodes.ok
}

function whereTo({ account = '', region = '', caller = '', isBootstrapped }: AccountReport): string {
  const bootstrap = isBootstrapped ? '' : '; cdk bootstrap comes first: nothing has been deployed there yet'
  return `to ${account}, ${region}, as ${caller}${bootstrap}`
}
