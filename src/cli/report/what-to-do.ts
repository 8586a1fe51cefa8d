import type { Shell } from '#cli/shell.ts'
import { line, span, type Line } from '#cli/terminal/line.ts'
import type { RunDocument, TaskDocument } from '#contract/run-document.ts'

/** Tasks in doubt that are named; the others are found by `show`. */
const named = 3

/** What a person can do about a run that failed, or about tasks that wait for one; `id` is how the run was asked for. */
export function whatToDo(run: RunDocument, tasks: readonly TaskDocument[], id: string, shell: Shell): readonly Line[] {
  const { to } = shell.err.symbols
  const doubtful = tasks.filter(({ waitingFor }) => waitingFor === 'person')
  const forced = doubtful
    .slice(0, named)
    .flatMap((task): readonly Line[] => [
      line(`${task.id} may have done its work and is not to be run twice unasked; look at what it did, then`, 'wait'),
      [span(`  ${to} ${shell.command('retry', id, '--force', task.id)}  `), span('runs it again', 'dim')],
      [span(`  ${to} ${shell.command('cancel', id)}  `), span('ends the run as it is', 'dim')],
    ])
  if (run.state !== 'failed') return forced
  const again = 'a new run that takes over what succeeded'
  return [...forced, [span(`  ${to} ${shell.command('retry', id)}  `), span(again, 'dim')]]
}
