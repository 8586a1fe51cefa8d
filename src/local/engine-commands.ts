import type { Commands } from '#contract/commands.ts'
import { ProblemError, type Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import type { Engine } from '#local/engine.ts'
import { runDamage } from '#local/run-damage.ts'
import { tenant } from '#local/tenant.ts'
import { cancel } from '#operations/cancel.ts'
import { findRun, runEnded } from '#operations/find-run.ts'
import { plan } from '#operations/plan.ts'
import { retry } from '#operations/retry.ts'
import { submit } from '#operations/submit.ts'

/** What commands need beside the engine. */
export interface EngineCommandsOptions {
  readonly engine: Engine
  /** Where rows are, for words about damage. */
  readonly storeFile: string
  /** Told of each run that the engine begins to work on. */
  readonly onLive: (run: RunId) => void
}

/**
 * Commands carried out by the engine of this process. They return once what was asked for is durable; the work goes on
 * behind, and its faults go to who follows.
 */
export function engineCommands({ engine, storeFile, onLive }: EngineCommandsOptions): Commands {
  const { ports, signal } = engine
  const live = new Set<RunId>()
  const find = (run: string): Promise<Result<RunRecord, Problem>> => findRun(ports.store, tenant, run)
  const behind = (work: Promise<void>): void => void work.catch((fault: unknown) => signal.fail(fault))
  const workOn = (run: RunId): void => {
    live.add(run)
    onLive(run)
  }
  /** What of a run is not as it was written: it is told before the run is touched, and harms no other one. */
  const damageOf = async (run: RunRecord): Promise<Problem | undefined> => {
    if (live.has(run.id)) return undefined
    const damage = await runDamage(ports.store, run.id)
    if (damage !== undefined) return damaged(storeFile, run.id, damage)
    try {
      await ports.definitions.workflow(run)
      if (run.planId !== null) await ports.definitions.plan(run)
      return undefined
    } catch (error) {
      if (error instanceof ProblemError) return error.problem
      throw error
    }
  }

  /** A run that was made before, under an id that its request has: it goes on, should nobody work on it. */
  const madeBefore = async (
    runId: RunId | undefined,
  ): Promise<Result<{ readonly runId: string }, Problem> | undefined> => {
    const row = runId === undefined ? undefined : await ports.store.rows.get(runId, 'run', 'run')
    if (row === undefined) return undefined
    const { id, state } = row.value
    const damage = isRunTerminal(state) ? undefined : await damageOf(row.value)
    if (damage !== undefined) return err(damage)
    if (!isRunTerminal(state) && !live.has(id)) {
      workOn(id)
      behind(engine.resume(id))
    }
    return ok({ runId: id })
  }

  return {
    async submit(request) {
      const before = await madeBefore(request.runId)
      if (before !== undefined) return before
      const run = await submit(ports, { ...request, tenant })
      workOn(run)
      behind(plan(ports, run))
      return ok({ runId: run })
    },
    async cancel(run, reason) {
      const found = await find(run)
      if (!found.ok) return found
      if (isRunTerminal(found.value.state)) return err(runEnded(found.value))
      const { id } = found.value
      await cancel(ports, id, reason)
      // What a dead engine left running is known to be lost once the run is taken up, and is the last that it waits for.
      if (!live.has(id)) await engine.resume(id)
      return ok(undefined)
    },
    async resume(run) {
      const found = await find(run)
      if (!found.ok) return found
      const { id, state } = found.value
      if (isRunTerminal(state)) return err(runEnded(found.value))
      const damage = await damageOf(found.value)
      if (damage !== undefined) return err(damage)
      if (!live.has(id)) {
        workOn(id)
        behind(engine.resume(id))
      }
      return ok({ runId: id })
    },
    async retry(run, { force, once }) {
      const before = await madeBefore(once?.kind === 'new-run' ? once.runId : undefined)
      if (before !== undefined) return before
      const found = await find(run)
      if (!found.ok) return found
      const { id, state } = found.value
      const damage = await damageOf(found.value)
      if (damage !== undefined) return err(damage)
      // What a dead engine left running is in doubt only once it is known to be lost.
      if (!isRunTerminal(state) && !live.has(id)) {
        workOn(id)
        await engine.resume(id)
      }
      const retried = await retry(ports, id, force, once)
      if (!retried.ok) return retried
      const { run: followed } = retried.value
      if (!live.has(followed)) {
        workOn(followed)
        behind(engine.resume(followed))
      }
      return ok({ runId: followed })
    },
  }
}

function damaged(file: string, run: RunId, damage: string): Problem {
  return {
    code: 'STATE-DAMAGED',
    message: `${file} is damaged: of run ${run}, ${damage}`,
    fix: 'restore the file from a copy, or submit the workflow anew; other runs of this directory may be whole',
    exitCode: 1,
  }
}
