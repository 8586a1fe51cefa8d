import { count } from '#cli/format/count.ts'
import { causeWords, whyAndThen } from '#cli/report/attempt-words.ts'
import { whatToDo } from '#cli/report/what-to-do.ts'
import { allClones } from '#cli/report/winner.ts'
import type { Shell } from '#cli/shell.ts'
import { line, span, type Line } from '#cli/terminal/line.ts'
import type { RunDocument, TaskDocument } from '#contract/run-document.ts'

/** Failed instances that are reported in full. */
const reported = 3
/** Lines of evidence shown of each. */
const evidenceLines = 8

/** What failed and why, what was tried, and where to look on; nothing for a run that did not fail. */
export function failureReport(run: RunDocument, shell: Shell): readonly Line[] {
  if (run.state !== 'failed') return []
  const failed = (run.tasks ?? []).filter(({ state }) => state === 'failed' || state === 'running')
  const rest = failed.length - reported
  return [
    ...failed.slice(0, reported).flatMap((task) => taskReport(task, shell)),
    ...(rest > 0 ? [line(`  and ${count(rest, 'more failed task')}`)] : []),
    ...(failed.length === 0 ? [line(`${shell.err.symbols.bad} ${run.error ?? 'the run failed'}`, 'bad')] : []),
    ...whatToDo(run, [], 'latest', shell),
  ]
}

function taskReport(task: TaskDocument, shell: Shell): readonly Line[] {
  const { bad, to } = shell.err.symbols
  const failures = allClones(task).filter(({ slot }) => slot.cause !== null)
  const last = failures.at(-1)?.slot
  const attempt = task.attempts.at(-1)
  const cause = attempt === undefined || attempt.cause === null ? (task.error ?? 'unknown') : causeWords(attempt)
  const exit = last?.exitCode === null || last === undefined ? '' : `, exit code ${last.exitCode}`
  const where = last === undefined ? '' : ` on ${last.pool}`
  const evidence = (last?.evidence ?? attempt?.evidence ?? '').trimEnd().split('\n').slice(-evidenceLines)
  const tried = task.attempts.flatMap((one) =>
    one.cause === null ? [] : [line(`  attempt ${one.number}: ${whyAndThen(one)}`)],
  )
  return [
    [span(`${bad} ${task.id} failed`, 'bad'), span(`: ${cause}${exit}${where}`)],
    ...evidence.filter((text) => text !== '').map((text) => line(`    ${text}`, 'dim')),
    ...tried,
    line(`  ${to} ${shell.command('logs', 'latest', task.id)}`),
    line(`  ${to} ${shell.command('show', 'latest', task.id)}`),
  ]
}
