import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { collected } from '#cli/option-values.ts'
import type { Shell } from '#cli/shell.ts'
import type { Deployer, DeploymentChoice } from '#contract/deployer.ts'
import type { Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'

/** Options by which all verbs of deployments are told which one. */
export interface ChoiceOptions {
  readonly context?: readonly string[]
  readonly name?: string
  readonly profile?: string
  readonly region?: string
}

/** Gives a verb these options. */
export function withChoice(verb: Command): Command {
  return verb
    .option('-c, --context <choice>', 'what is chosen: forkcast:NAME=VALUE, as with cdk; may be repeated', collected)
    .option('--name <name>', 'which of several deployments in an account and region (default: "forkcast")')
    .option('--profile <profile>', 'a profile of AWS')
    .option('--region <region>', 'a region of AWS, such as eu-west-1')
}

/** Opens what deploys for `act`, and closes it after. */
export async function withDeployer(
  shell: Shell,
  options: ChoiceOptions,
  act: (deployer: Deployer, choice: DeploymentChoice) => Promise<number>,
): Promise<number> {
  const choice = choiceOf(options)
  if (!choice.ok) return shell.problem(choice.error)
  const deployer = await shell.host.openDeployer(choice.value)
  if (!deployer.ok) return shell.problem(deployer.error)
  // What is synthesised lies in files, which are to go.
  shell.holdSignals()
  try {
    const exitCode = await act(deployer.value, choice.value)
    const signal = shell.takeSignals()
    return signal === undefined ? exitCode : exitCodes[signal]
  } finally {
    shell.takeSignals()
    await deployer.value.close()
  }
}

function choiceOf({ context = [], name, profile, region }: ChoiceOptions): Result<DeploymentChoice, Problem> {
  const overrides: Record<string, string> = {}
  for (const word of context) {
    const [, override, value] = /^forkcast:([^=]+)=(.*)$/s.exec(word) ?? []
    if (override === undefined || value === undefined) return err(notAChoice(word))
    overrides[override] = value
  }
  if (name !== undefined && 'deployment' in overrides) return err(namedTwice)
  return ok({
    overrides: name === undefined ? overrides : { ...overrides, deployment: name },
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
  })
}

function notAChoice(word: string): Problem {
  const fix = 'write -c forkcast:NAME=VALUE, such as -c forkcast:gpu=true; docs/deploy.md lists the names'
  return { code: 'USAGE', message: `-c ${word} chooses nothing`, fix, exitCode: 2 }
}

const namedTwice: Problem = {
  code: 'USAGE',
  message: '--name and -c forkcast:deployment are the same',
  fix: 'leave one of them out',
  exitCode: 2,
}
