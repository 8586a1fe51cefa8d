import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { runTable, runHeader } from '#cli/report/run-overview.ts'
import { taskDetails } from '#cli/report/task-details.ts'
import { whatToDo } from '#cli/report/what-to-do.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import type { RunDocument, TaskDocument } from '#contract/run-document.ts'
import { taskOf } from '#core/run/ids.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'

/** `show RUN [TASK]`: a run and its tasks, or every attempt and clone of one task. */
export const addShow: AddVerb = (verb, start) => {
  verb
    .description(
      'Shows a run and its tasks; with TASK every attempt and clone of it, with the reason of each placement.',
    )
    .argument('[run]', 'id of a run', 'latest')
    .argument('[task]', 'a task, or an instance such as clean[3]')
    .option('--json', 'print the run document with its tasks; with TASK {tasks} of it')
    .addHelpText(
      'after',
      examples(
        ['forkcast show latest', 'a line a task'],
        ["forkcast show latest 'clean[3]'", 'every attempt and clone of one instance'],
        ['forkcast show latest --json | jq .state', 'for scripts'],
      ),
    )
    .action((run: string, task: string | undefined, options: { readonly json?: boolean }, command: Command) =>
      start(command, (shell) => show(shell, run, task, options.json === true)),
    )
}

/** A task with more instances than this is shown as a table. */
const detailed = 5

async function show(shell: Shell, id: string, task: string | undefined, json: boolean): Promise<number> {
  return shell.withControl({ mode: 'read' }, async (control) => {
    const found = await control.run(id, { tasks: true })
    if (!found.ok) return shell.problem(found.error)
    const run = found.value
    const tasks = run.tasks ?? []
    const chosen = task === undefined ? tasks : matching(tasks, task)
    if (task !== undefined && chosen.length === 0) return shell.problem(unknownTask(task, run, shell))
    if (json) {
      await shell.json(task === undefined ? run : { tasks: chosen })
      return exitCodes.ok
    }
    if (task !== undefined && chosen.length <= detailed) {
      await shell.lines(chosen.flatMap((one) => taskDetails(one, { symbols: shell.out.symbols, width: shell.columns })))
      shell.notes(whatToDo(run, chosen, id, shell))
      return exitCodes.ok
    }
    const plan = await control.plan(id)
    const { pools } = await control.pools()
    const emulated = pools.some((pool) => pool.emulated)
    await shell.lines([
      ...runHeader({ run, plan: plan.ok ? plan.value : null, emulated }, shell),
      ...runTable(chosen, shell),
    ])
    const example = chosen.find(({ attempts }) => attempts.length > 0)
    if (example !== undefined) shell.notes([line(`one of them:  ${shell.command('show', id, example.id)}`, 'dim')])
    shell.notes(whatToDo(run, chosen, id, shell))
    return exitCodes.ok
  })
}

/** The instance of that name, or all instances of the task; an expansion has nothing to show beside them. */
function matching(tasks: readonly TaskDocument[], task: string): readonly TaskDocument[] {
  const instances = tasks.filter(({ id }) => id !== task && taskOf(id) === task)
  return instances.length > 0 ? instances : tasks.filter(({ id }) => id === task)
}

function unknownTask(task: string, run: RunDocument, shell: Shell) {
  const near = didYouMean(
    task,
    (run.tasks ?? []).map(({ id }) => id),
  )
  return {
    code: 'TASK-NOT-FOUND',
    message: `${run.id} has no task ${task}`,
    fix:
      near === undefined
        ? `see ${shell.command('show', run.id)}`
        : `did you mean ${shell.command('show', run.id, near)}?`,
    exitCode: 3,
  } as const
}
