import { exitCodes } from '#cli/exit-code.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import type { WatchOptions } from '#cli/watch-run.ts'
import type { ControlPlane } from '#contract/control-plane.ts'

/** Leaves a run to the engine of another process: its id, or with `--json` its document, on standard output. */
export async function detached(
  shell: Shell,
  control: ControlPlane,
  runId: string,
  { json, quiet }: Pick<WatchOptions, 'json' | 'quiet'>,
): Promise<number> {
  if (json === true) {
    const run = await control.run(runId, { tasks: true })
    if (!run.ok) return shell.problem(run.error)
    await shell.json(run.value)
  } else {
    await shell.data(`${runId}\n`)
  }
  if (quiet !== true)
    shell.notes([line(`runs in the background; follow it with  ${shell.command('wait', runId)}`, 'dim')])
  return exitCodes.ok
}
