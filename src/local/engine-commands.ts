import type { Commands } from '#contract/commands.ts'
import type { Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import type { Engine } from '#local/engine.ts'
import { findRun, tenant } from '#local/find-run.ts'
import { runDamage } from '#local/run-damage.ts'
import { cancel } from '#operations/cancel.ts'
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
  const find = (run: string): Promise<Result<RunRecord, Problem>> => findRun(ports.store, run)
  const behind = (work: Promise<void>): void => void work.catch((fault: unknown) => signal.fail(fault))
  const workOn = (run: RunId): void => {
    live.add(run)
    onLive(run)
  }
  const sound = async (run: RunId): Promise<Problem | undefined> => {
    const damage = live.has(run) ? undefined : await runDamage(ports.store, run)
    return damage === undefined ? undefined : damaged(storeFile, run, damage)
  }

  return {
    async submit(request) {
      const run = await submit(ports, { ...request, tenant })
      workOn(run)
      behind(plan(ports, run))
      return ok({ runId: run })
    },
    async cancel(run, reason) {
      const found = await find(run)
      if (!found.ok) return found
      if (isRunTerminal(found.value.state)) return err(ended(found.value))
      await cancel(ports, found.value.id, reason)
      return ok(undefined)
    },
    async resume(run) {
      const found = await find(run)
      if (!found.ok) return found
      const { id, state } = found.value
      if (isRunTerminal(state)) return err(ended(found.value))
      const damage = await sound(id)
      if (damage !== undefined) return err(damage)
      if (!live.has(id)) {
        workOn(id)
        behind(engine.resume(id))
      }
      return ok({ runId: id })
    },
    async retry(run, { force }) {
      const found = await find(run)
      if (!found.ok) return found
      const { id, state } = found.value
      const damage = await sound(id)
      if (damage !== undefined) return err(damage)
      // What a dead engine left running is in doubt only once it is known to be lost.
      if (!isRunTerminal(state) && !live.has(id)) {
        workOn(id)
        await engine.resume(id)
      }
      const retried = await retry(ports, id, force)
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

function ended(run: RunRecord): Problem {
  return {
    code: 'RUN-ENDED',
    message: `run ${run.id} has ended: it is ${run.state}`,
    fix: `run it again with \`forkcast retry ${run.id}\`, or start a new one with \`forkcast run FILE\``,
    exitCode: 5,
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
