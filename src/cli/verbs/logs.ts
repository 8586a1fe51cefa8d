import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { LogLines } from '#cli/log-lines.ts'
import { followedTo } from '#cli/report/interrupted.ts'
import { allClones } from '#cli/report/winner.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import { printable } from '#cli/terminal/printable.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import type { LogChunk } from '#contract/control-plane.ts'
import type { RunDocument } from '#contract/run-document.ts'
import { slotKey, taskOf } from '#core/run/ids.ts'

interface LogsOptions {
  readonly follow?: boolean
  readonly json?: boolean
}

/** `logs RUN [TASK]`: what the clones wrote to standard output and error. */
export const addLogs: AddVerb = (verb, start) => {
  verb
    .description(
      'Prints what tasks wrote. Each line begins with its clone (task/attempt/clone) and | for standard output or ! for ' +
        'standard error, unless there is one clone only.',
    )
    .argument('[run]', 'id of a run', 'latest')
    .argument('[task]', 'a task, or an instance such as clean[3]')
    .option('-f, --follow', 'go on until the run is over')
    .option('--json', 'print each piece on a line: {task, attempt, clone, stream, text}')
    .addHelpText(
      'after',
      examples(
        ['forkcast logs latest', 'all of it'],
        ["forkcast logs latest 'clean[3]'", 'one instance'],
        ['forkcast logs -f latest clean', 'all instances, as they write'],
      ),
    )
    .action((run: string, task: string | undefined, options: LogsOptions, command: Command) =>
      start(command, (shell) => logs(shell, run, task, options)),
    )
}

async function logs(shell: Shell, id: string, task: string | undefined, options: LogsOptions): Promise<number> {
  return shell.withControl({ mode: 'read' }, async (control) => {
    const found = await control.run(id, { tasks: true })
    if (!found.ok) return shell.problem(found.error)
    const run = found.value
    if (task !== undefined && !(run.tasks ?? []).some((one) => one.id === task || taskOf(one.id) === task)) {
      const fix = `see ${shell.command('show', run.id)}`
      return shell.problem({ code: 'TASK-NOT-FOUND', message: `${run.id} has no task ${task}`, fix, exitCode: 3 })
    }
    const follow = options.follow === true
    const prefixed = follow || cloneCount(run, task) !== 1
    const lines = new LogLines()
    let written = false
    for await (const chunk of control.logs(run.id, task === undefined ? { follow } : { task, follow })) {
      written = true
      if (options.json === true) await shell.jsonLine(chunk)
      else for (const text of lines.take(chunk)) await print(shell, chunk, text, prefixed)
    }
    for (const { chunk, text } of lines.rest()) await print(shell, chunk, text, prefixed)
    if (!written) shell.notes([line('nothing was written', 'dim')])
    return follow ? followedTo(shell, control, run.id) : exitCodes.ok
  })
}

/** A terminal gets no control sequence of a task; what is piped is left as it was written. */
async function print(shell: Shell, chunk: LogChunk, text: string, prefixed: boolean): Promise<void> {
  const shown = shell.out.terminal
    ? text
        .slice(text.lastIndexOf('\r') + 1)
        .split('\t')
        .map(printable)
        .join('\t')
    : text
  const prefix = prefixed ? `${slotKey(chunk)} ${chunk.stream === 'stdout' ? '|' : '!'} ` : ''
  await shell.data(`${prefix}${shown}\n`)
}

function cloneCount(run: RunDocument, task: string | undefined): number {
  return (run.tasks ?? [])
    .filter(({ id }) => task === undefined || id === task || taskOf(id) === task)
    .reduce((sum, one) => sum + allClones(one).length, 0)
}
