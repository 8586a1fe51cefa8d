import { exitCodes } from '#cli/exit-code.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import type { Problem } from '#contract/problem.ts'

/** Whether the user says yes to a question, or has done so by an option. Only `y` and `yes` are a yes. */
export async function confirmed(shell: Shell, question: string, yes: boolean): Promise<boolean> {
  if (yes) return true
  const answer = await shell.host.ask(`${question} [y/N] `)
  return /^\s*y(es)?\s*$/i.test(answer ?? '')
}

/** Said before anything is looked at, where nobody could answer. */
export const nobodyToAsk: Problem = {
  code: 'USAGE',
  message: 'this has to be confirmed, and there is no terminal to ask on, or --no-input is set',
  fix: 'confirm it with --yes',
  exitCode: 2,
}

/** What is said when the answer was no. */
export function nothingDone(shell: Shell): number {
  shell.notes([line('nothing was done', 'wait')])
  return exitCodes.cancelled
}
