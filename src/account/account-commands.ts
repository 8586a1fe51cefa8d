import { machineSecret } from '#account/machine-secret.ts'
import { tenant } from '#account/tenant.ts'
import type { Commands } from '#contract/commands.ts'
import type { Problem } from '#contract/problem.ts'
import type { Work } from '#contract/work-message.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import { tellToCancel } from '#operations/cancel.ts'
import { findRun, runEnded } from '#operations/find-run.ts'
import type { Ports } from '#operations/ports.ts'
import { retry } from '#operations/retry.ts'
import { submit } from '#operations/submit.ts'
import type { Executions } from '#ports/executions.ts'
import type { WatchSwitch } from '#ports/watch-switch.ts'
import type { WorkQueue } from '#ports/work-queue.ts'

/** What commands of a deployment need. */
export interface AccountCommandPorts extends Ports {
  readonly work: WorkQueue
  readonly watchSwitch: WatchSwitch
}

/**
 * Commands carried out by a deployment. They return once what was asked for is durable, and a message of the work queue
 * leads to the rest. The watch is on before: what a function that dies in between leaves undone, it finds.
 */
export function accountCommands(ports: AccountCommandPorts): Commands {
  const { work, watchSwitch } = ports
  const find = (run: string): Promise<Result<RunRecord, Problem>> => findRun(ports.store, tenant, run)
  const behind = async (kind: Extract<Work, { run: RunId }>['kind'], run: RunId): Promise<void> => {
    await work.put({ kind, run })
  }

  /** A run that was made before, under an id that its request has: that it goes on may be what was not asked for yet. */
  const madeBefore = async (
    run: RunId | undefined,
  ): Promise<Result<{ readonly runId: string }, Problem> | undefined> => {
    const row = run === undefined ? undefined : await ports.store.rows.get(run, 'run', 'run')
    if (row === undefined) return undefined
    const { id, state } = row.value
    if (state === 'queued' || state === 'planning') await behind('plan', id)
    return ok({ runId: id })
  }

  return {
    async submit(request) {
      const problem = machineSecret(request.workflow)
      if (problem !== undefined) return err(problem)
      await watchSwitch.on()
      const before = await madeBefore(request.runId)
      if (before !== undefined) return before
      const run = await submit(ports, { ...request, tenant })
      await behind('plan', run)
      return ok({ runId: run })
    },
    async cancel(run, reason) {
      const found = await find(run)
      if (!found.ok) return found
      if (isRunTerminal(found.value.state)) return err(runEnded(found.value))
      const { id } = found.value
      await watchSwitch.on()
      await tellToCancel(ports, id, reason)
      await behind('resume', id)
      return ok(undefined)
    },
    async resume(run) {
      const found = await find(run)
      if (!found.ok) return found
      const { id, state } = found.value
      if (isRunTerminal(state)) return err(runEnded(found.value))
      await watchSwitch.on()
      await behind('resume', id)
      return ok({ runId: id })
    },
    async retry(run, { force, once }) {
      const found = await find(run)
      if (!found.ok) return found
      await watchSwitch.on()
      const before = await madeBefore(once?.kind === 'new-run' ? once.runId : undefined)
      if (before !== undefined) return before
      const { id } = found.value
      const retried = await retry({ ...ports, executions: startedBehind }, id, force, once, (run) =>
        behind('plan', run),
      )
      if (!retried.ok) return retried
      const { run: followed } = retried.value
      if (followed === id) await behind('resume', id)
      return ok({ runId: followed })
    },
  }
}

/** Of what a retry in the same run makes: whoever goes on with the run starts what has rows and no execution. */
const startedBehind: Executions = { start: async () => 'started', answer: async () => 'spent' }
