import type { Command } from 'commander'
import { type ChoiceOptions, withChoice, withDeployer } from '#cli/deployment/choice.ts'
import { diffLines, diffSummary } from '#cli/deployment/diff-lines.ts'
import { exitCodes } from '#cli/exit-code.ts'
import { line } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

interface Options extends ChoiceOptions {
  readonly json?: boolean
}

/** `diff`: what deploying would change. */
export const addDiff: AddVerb = (verb, start) => {
  withChoice(
    verb.description(
      'Shows what deploying would change, and changes nothing. Exit code 1 if it would change anything.',
    ),
  )
    .option('--json', 'print [{stack, isNew, changes: [{kind, id, type, properties}]}]')
    .addHelpText('after', examples(['forkcast diff -c forkcast:gpu=true', 'what pools of GPUs would add']))
    .action((options: Options, command: Command) =>
      start(command, (shell) =>
        withDeployer(shell, options, async (deployer) => {
          const diff = await deployer.diff()
          if (!diff.ok) return shell.problem(diff.error)
          if (options.json === true) await shell.json(diff.value)
          else await shell.lines([...diffLines(diff.value), line(diffSummary(diff.value))])
          return diff.value.some(({ changes }) => changes.length > 0) ? exitCodes.failed : exitCodes.ok
        }),
      ),
    )
}
