import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { planReport, reasonLines } from '#cli/report/plan-report.ts'
import type { Shell } from '#cli/shell.ts'
import { readSubmission, takesSubmission, type SubmissionOptions } from '#cli/submission.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'

interface PlanOptions extends SubmissionOptions {
  readonly json?: boolean
}

/** `plan FILE`: where tasks would run, for how long and how much; nothing runs. */
export const addPlan: AddVerb = (verb, start) => {
  takesSubmission(verb)
    .description(
      'Plans a workflow as `run` would, from its estimates and from what earlier runs took, and prints where each task ' +
        'would run, how long it may take, what it may cost, and why. Nothing runs, nothing is stored.',
    )
    .argument('[task]', 'why one task is placed as it is')
    .option('--json', 'print {plan, costUsd, tasks}')
    .addHelpText(
      'after',
      examples(
        ['forkcast plan forkcast.yaml', 'time and price before anything runs'],
        ['forkcast plan forkcast.yaml report', 'why one task is placed as it is'],
        ['forkcast plan forkcast.yaml --json | jq .costUsd.p90', 'for scripts'],
      ),
    )
    .action((file: string, task: string | undefined, options: PlanOptions, command: Command) =>
      start(command, (shell) => plan(shell, file, task, options)),
    )
}

async function plan(shell: Shell, file: string, task: string | undefined, options: PlanOptions): Promise<number> {
  const submission = await readSubmission(shell, file, options)
  if (!submission.ok) return submission.error
  const { request } = submission.value
  const { workflow } = request
  const ids = workflow.tasks.map(({ id }) => id)
  if (task !== undefined && !ids.includes(task)) {
    const near = didYouMean(task, ids)
    const fix = near === undefined ? `see ${shell.command('graph', file)}` : `did you mean ${near}?`
    return shell.problem({ code: 'TASK-NOT-FOUND', message: `${file} has no task ${task}`, fix, exitCode: 3 })
  }
  const poolsFile = options.pools === undefined ? {} : { poolsFile: options.pools }
  return shell.withControl({ mode: 'read', beside: file, ...poolsFile }, async (control) => {
    const planned = await control.planFor(request)
    if (!planned.ok) return shell.problem(planned.error)
    if (options.json === true) await shell.json(planned.value)
    else if (task !== undefined) await shell.lines(reasonLines(planned.value, [task], shell))
    else await shell.lines(planReport({ name: workflow.name, file, preview: planned.value }, shell))
    return exitCodes.ok
  })
}
