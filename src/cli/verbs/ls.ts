import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { duration } from '#cli/format/duration.ts'
import { moment } from '#cli/format/moment.ts'
import { money } from '#cli/format/money.ts'
import { wholeNumber } from '#cli/option-values.ts'
import type { Shell } from '#cli/shell.ts'
import { stateSign } from '#cli/state-sign.ts'
import { line } from '#cli/terminal/line.ts'
import { table, type Column } from '#cli/terminal/table.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import type { RunDocument } from '#contract/run-document.ts'

interface LsOptions {
  readonly limit: number
  readonly after?: string
  readonly json?: boolean
}

/** `ls`: runs, newest first. */
export const addLs: AddVerb = (verb, start) => {
  verb
    .description('Lists runs, newest first. Times are UTC.')
    .option('--limit <number>', 'runs to list', wholeNumber, 20)
    .option('--after <cursor>', 'go on where an earlier list ended')
    .option('--json', 'print {runs, nextCursor}')
    .addHelpText('after', examples(['forkcast ls', 'the last 20 runs']))
    .action((options: LsOptions, command: Command) => start(command, (shell) => ls(shell, options)))
}

const columns: readonly Column[] = [
  { title: 'run' },
  { title: 'workflow', shrinks: true },
  { title: 'state' },
  { title: 'submitted', yields: 1 },
  { title: 'took', align: 'right', yields: 2 },
  { title: 'tasks', align: 'right' },
  { title: 'cost', align: 'right', yields: 3 },
]

async function ls(shell: Shell, { limit, after, json }: LsOptions): Promise<number> {
  return shell.withControl({ mode: 'read' }, async (control) => {
    const page = await control.runs(after === undefined ? { limit } : { limit, after })
    if (json === true) {
      await shell.json(page)
      return exitCodes.ok
    }
    if (page.runs.length === 0)
      shell.notes([line(`no runs yet; start one with  ${shell.command('run', 'forkcast.yaml')}`)])
    else
      await shell.lines(
        table(
          columns,
          page.runs.map((run) => row(run, shell)),
          { width: shell.columns, more: shell.out.symbols.more },
        ),
      )
    for (const { id, damage } of page.runs) {
      if (damage === undefined) continue
      shell.notes([
        line(`${shell.err.symbols.bad} ${id} is damaged: ${damage}; see  ${shell.command('show', id)}`, 'bad'),
      ])
    }
    if (page.nextCursor !== undefined) {
      shell.notes([line(`more with  ${shell.command('ls', '--after', page.nextCursor)}`, 'dim')])
    }
    return exitCodes.ok
  })
}

function row(run: RunDocument, { out: { symbols } }: Shell) {
  const all = Object.values(run.counts).reduce((sum, number) => sum + number, 0)
  return [
    run.id,
    run.workflow,
    stateSign(run.state, symbols),
    // To the minute, so that a list fits 80 columns.
    moment(run.createdAt).slice(0, 'YYYY-MM-DD hh:mm'.length),
    run.makespanS === null ? symbols.over : duration(run.makespanS),
    `${run.counts.committed}/${run.damage === undefined ? all : '?'}`,
    money(run.costUsd),
  ]
}
