import type { RetryOnce } from '#contract/commands.ts'
import type { Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import { change } from '#core/run/record.ts'
import { isRunTerminal, type RunRecord } from '#core/run/run.ts'
import { latestAttempt } from '#core/run/task.ts'
import { newAttempt } from '#operations/advance/new-attempt.ts'
import { optimistic } from '#operations/optimistic.ts'
import { plan } from '#operations/plan.ts'
import type { Ports } from '#operations/ports.ts'
import { asRead, readRun } from '#operations/read-run.ts'
import { slotsOf } from '#operations/slots-of.ts'
import { startExecutions, type Start } from '#operations/start-executions.ts'

/**
 * Runs again what left no result. Of a run that is over: as a new run, which takes over what was committed, but not tasks
 * in `force` and what follows from them. Of a run that is not: attempts in doubt of the tasks or instances in `force` are
 * followed by another one, since a person says so. Gives the run to look at. With `once` it may be asked for
 * twice: a run of that id, or attempts that were followed, are what was asked for. `begin`: what is done with a run that was made.
 */
export async function retry(
  ports: Ports,
  id: RunId,
  force: readonly string[],
  once?: RetryOnce,
  begin: (run: RunId) => Promise<void> = (again) => plan(ports, again),
): Promise<Result<{ readonly run: RunId }, Problem>> {
  const { value: run } = await readRun(ports.store, id)
  const { readiness } = await ports.definitions.workflow(run)
  if (!isRunTerminal(run.state)) return forceInDoubt(ports, run, force, once?.kind === 'same-run')
  if (once?.kind === 'same-run') return wereForced(ports, run, force)
  const unknown = force.filter((task) => !readiness.tasks.has(task))
  if (unknown.length > 0) return err(noSuchTask(run, unknown))
  if (run.state === 'succeeded' && force.length === 0) return err(nothingToRetry(run))
  const again = once?.runId ?? ports.ids.run()
  const { tenant, workflow, workflowHash, params, labels, priority, deadlineS, timeoutS, budgetUsd, policy } = run
  const submitted = change('run', 'run', undefined, {
    type: 'run.submitted',
    atMs: ports.clock.nowMs(),
    id: again,
    tenant,
    workflow,
    workflowHash,
    params,
    labels,
    priority,
    deadlineS,
    timeoutS,
    budgetUsd,
    policy,
    retry: { run: id, force },
  })
  const written = await ports.store.rows.commit(again, [submitted])
  if (!written.ok && once === undefined) throw new Error(`run id ${again} was given out twice`)
  await begin(again)
  return ok({ run: again })
}

async function forceInDoubt(
  ports: Ports,
  run: RunRecord,
  force: readonly string[],
  repeated: boolean,
): Promise<Result<{ readonly run: RunId }, Problem>> {
  if (force.length === 0) return err(notOver(run))
  for (const task of force) {
    if (repeated && (await wasForced(ports, run.id, task))) continue
    const start = await optimistic<Start | undefined>(ports.store, run.id, () => nextAttempt(ports, run.id, task))
    if (start === undefined) return err(notInDoubt(run, task))
    await startExecutions(ports, run.id, [start])
  }
  return ok({ run: run.id })
}

/** Of a run that has ended since: what was asked for was done, or can't be done any more. */
async function wereForced(
  ports: Ports,
  run: RunRecord,
  force: readonly string[],
): Promise<Result<{ readonly run: RunId }, Problem>> {
  for (const task of force) if (!(await wasForced(ports, run.id, task))) return err(notInDoubt(run, task))
  return ok({ run: run.id })
}

/** Whether an attempt in doubt was followed by another one. */
async function wasForced(ports: Ports, id: RunId, task: string): Promise<boolean> {
  const attempts = (await ports.store.rows.get(id, 'task', task))?.value.attempts ?? []
  return attempts.at(-1)?.state !== 'in-doubt' && attempts.some(({ state }) => state === 'in-doubt')
}

/** Another attempt like the one in doubt; nothing when the task is not in doubt, or its run does not run. */
async function nextAttempt(ports: Ports, id: RunId, task: string) {
  const run = await readRun(ports.store, id)
  const stored = await ports.store.rows.get(id, 'task', task)
  const last = stored && latestAttempt(stored.value)
  if (run.value.state !== 'running' || last?.state !== 'in-doubt' || stored?.value.state !== 'running') {
    return { done: undefined }
  }
  const placement = (await ports.definitions.plan(run.value)).placements[stored.value.task]
  if (placement === undefined) throw new Error(`task ${task} has no placement`)
  const before = await slotsOf(ports.store, id, task, last)
  const slots = before.map(({ value: { kind, pool, variant, resources, timeoutS } }) => ({
    kind,
    pool,
    variant,
    resources,
    timeoutS,
    reason: 'again, as a person asked',
  }))
  const atMs = ports.clock.nowMs()
  const number = last.number + 1
  const next = newAttempt({ run: id, task, number, slots, placement, notBeforeMs: null, atMs })
  const started = { type: 'attempt.started', atMs, number, slots: slots.length } as const
  const write = [change('task', task, stored, started), ...next.slots]
  return { write, checks: [asRead(run)], value: next.start }
}

function noSuchTask(run: RunRecord, tasks: readonly string[]): Problem {
  return {
    code: 'TASK-NOT-FOUND',
    message: `${run.workflow} has no task ${tasks.join(', ')}`,
    fix: `see \`forkcast show ${run.id}\``,
    exitCode: 3,
  }
}

function nothingToRetry(run: RunRecord): Problem {
  return {
    code: 'NOTHING-TO-RETRY',
    message: `run ${run.id} has succeeded`,
    fix: 'name a task that is to run all the same with `--force TASK`',
    exitCode: 5,
  }
}

function notOver(run: RunRecord): Problem {
  return {
    code: 'RUN-NOT-OVER',
    message: `run ${run.id} is ${run.state}: only a run that is over is run again`,
    fix: `go on with it (\`forkcast resume ${run.id}\`), name a task that is in doubt (\`--force TASK\`), or cancel it first`,
    exitCode: 5,
  }
}

function notInDoubt(run: RunRecord, task: string): Problem {
  return {
    code: 'TASK-NOT-IN-DOUBT',
    message: `${task} of run ${run.id} is not in doubt, and the run is ${run.state}`,
    fix: `see \`forkcast show ${run.id}\`; a run that is over is run again as a whole`,
    exitCode: 5,
  }
}
