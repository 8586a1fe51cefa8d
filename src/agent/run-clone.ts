import { constants } from 'node:os'
import { carryOut, type CarriedOut } from '#agent/carry-out.ts'
import type { AgentDeps, CloneExit, CloneJob } from '#agent/clone-job.ts'
import { removeLater } from '#agent/removals.ts'
import type { CloneReport } from '#contract/clone-api.ts'

type Outcome = CloneExit['outcome']

/**
 * Runs one clone: takes its lease, carries out its assignment, reports. Once it has resolved, or rejected, no process of
 * the clone's session lives; its folder goes in the background. Rejects only when `lease` or `report` do.
 */
export async function runClone(deps: AgentDeps, job: CloneJob): Promise<CloneExit> {
  const billedS = () => Math.max(0, deps.clock.nowMs() - job.acceptedAtMs) / 1000
  const exit = (outcome: Outcome, exitCode: number | null, reason: string) => ({
    outcome,
    exitCode,
    reason,
    billedS: billedS(),
  })
  if (job.signal.aborted) return exit('stopped', null, 'told to end before it had a lease')
  const { slot, job: name } = job
  const lease = await deps.api.lease({ slot, job: name })
  if (!lease.granted) return exit('refused', 0, `lease refused: ${lease.why}`)
  const done = await carryOut(deps, job, lease)
  const { fence } = lease
  const { usage, times } = done
  const report = reportOf(done)
  const answering =
    report && deps.api.report({ slot, job: name, fence, ended: report, usage, times, billedS: billedS() })
  if (done.workspace !== undefined) removeLater(done.workspace.root)
  const answer = await answering
  const [outcome, words] = outcomeOf(done)
  const code = outcome === 'reclaimed' ? null : exitCodeOf(done)
  return exit(outcome, code, answer === undefined ? words : `${words}; the report was ${answer}`)
}

/** What is reported; `undefined`: a host that is taken away says nothing, nor does an engine that ends. */
function reportOf({ ended }: CarriedOut): CloneReport['ended'] | undefined {
  if (ended.kind !== 'told-to-end') return ended
  return ended.reason.kind === 'stop' ? { kind: 'stopped' } : undefined
}

function outcomeOf({ ended }: CarriedOut): readonly [Outcome, words: string] {
  if (ended.kind === 'claimed') return ['claimed', 'claimed']
  if (ended.kind === 'failed') return ['failed', `failed: ${ended.failure.cause}`]
  const outcomes = { stop: 'stopped', reclaim: 'reclaimed', interrupt: 'interrupted' } as const
  const outcome = outcomes[ended.reason.kind]
  return [outcome, outcome]
}

function exitCodeOf({ command, ended }: CarriedOut): number | null {
  if (command === undefined) return ended.kind === 'failed' ? ended.failure.exitCode : null
  return command.signal === null ? command.exitCode : 128 + constants.signals[command.signal]
}
