import type { Commands } from '#contract/commands.ts'
import type { Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'
import { parseRunId } from '#core/run/ids.ts'
import type { SecretRef, Task } from '#core/workflow/workflow.ts'
import type { Ports } from '#operations/ports.ts'

export interface GuestCommandsOptions {
  /** Reads a secret as tasks of this engine will. */
  readonly secret: (ref: SecretRef) => Promise<Result<string, string>>
  readonly reads: Pick<Ports, 'store' | 'definitions'>
}

/** Of other sources the account's agents know. */
const ofThisProcess: ReadonlySet<SecretRef['source']> = new Set<SecretRef['source']>(['env', 'file'])

/**
 * Commands of other processes. Their tasks run in this one, with its variables and files: a secret that it does not have is
 * told when a run is given to it, with the name alone, and not by a task that fails later.
 */
export function guestCommands(commands: Commands, { secret, reads }: GuestCommandsOptions): Commands {
  const missing = async (tasks: readonly Task[]): Promise<Result<never, Problem> | undefined> => {
    for (const task of tasks) {
      for (const ref of Object.values(task.secrets)) {
        const found = ofThisProcess.has(ref.source) ? await secret(ref) : ok('')
        if (!found.ok) return err(notSeen(task.id, ref, found.error))
      }
    }
    return undefined
  }
  /** Tasks of a run that are not committed; all when some are forced, since others follow from them. */
  const toRun = async (run: string, force: readonly string[]): Promise<readonly Task[]> => {
    const id = parseRunId(run)
    const row = id && (await reads.store.rows.get(id, 'run', 'run'))
    if (id === undefined || row === undefined) return []
    const { workflow } = await reads.definitions.workflow(row.value)
    const left: Task[] = []
    for (const task of workflow.tasks) {
      const committed = (await reads.store.rows.get(id, 'task', task.id))?.value.state === 'committed'
      if (!committed || force.length > 0) left.push(task)
    }
    return left
  }
  return {
    submit: async (request) => (await missing(request.workflow.tasks)) ?? commands.submit(request),
    cancel: (run, reason) => commands.cancel(run, reason),
    resume: async (run) => (await missing(await toRun(run, []))) ?? commands.resume(run),
    retry: async (run, how) => (await missing(await toRun(run, how.force))) ?? commands.retry(run, how),
  }
}

function notSeen(task: string, { source, name }: SecretRef, why: string): Problem {
  return {
    code: 'SECRET-NOT-SEEN',
    message: `task ${task} takes the secret ${source}:${name}, which ${why} where the engine of this state directory was started`,
    fix: 'end that engine, so that this process can be it, or give the run a directory of its own with --dir',
    exitCode: 5,
  }
}
