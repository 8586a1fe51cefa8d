import { exitCodes } from '#cli/exit-code.ts'
import type { Shell } from '#cli/shell.ts'
import { line, type Line } from '#cli/terminal/line.ts'
import type { ControlPlane } from '#contract/control-plane.ts'

/** That no engine works on a run that is not over, and how to go on with it. */
export function interruptedLine(shell: Shell, run: string): Line {
  return line(`${run} is interrupted; go on with  ${shell.command('resume', run)}`, 'wait')
}

/** The exit code of who followed a run as far as it went; one that is interrupted is said to be. */
export async function followedTo(shell: Shell, control: ControlPlane, run: string): Promise<number> {
  const found = await control.run(run, { tasks: false })
  if (!found.ok || found.value.state !== 'interrupted') return exitCodes.ok
  shell.notes([interruptedLine(shell, run)])
  return exitCodes.failed
}
