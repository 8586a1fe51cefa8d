import { constants } from 'node:os'
import { carryOut, type CarriedOut } from '#agent/carry-out.ts'
import { defaultGraceS, type AgentDeps, type CloneExit, type CloneJob } from '#agent/clone-job.ts'
import { keepLease } from '#agent/keep-lease.ts'
import { removeLater } from '#agent/removals.ts'
import type { EndReason } from '#agent/stop-reason-of.ts'
import type { CloneReport, LeaseAnswer, ReportAnswer } from '#contract/clone-api.ts'

type Outcome = CloneExit['outcome']

/**
 * Runs one clone: takes its lease and keeps it, carries out its assignment, reports. Once it has resolved, or rejected,
 * no process of the clone's session lives; its folder goes in the background. Rejects only when `lease` or `report` do. A
 * clone that loses its lease ends at once and claims nothing.
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
  const askedAtMs = deps.clock.nowMs()
  const lease = await deps.api.lease({ slot, job: name, holder: deps.holder() })
  if (!lease.granted) return exit('refused', 0, `lease refused: ${lease.why}`)
  const held = hold(deps, job, lease, askedAtMs)
  try {
    const done = await carryOut(deps, { ...job, signal: held.signal }, lease)
    const answer = await reportOn(deps, job, lease.fence, done, billedS())
    const [outcome, words] = outcomeOf(done)
    const code = outcome === 'reclaimed' ? null : exitCodeOf(done)
    return exit(outcome, code, answer === undefined ? words : `${words}; the report was ${answer}`)
  } finally {
    held.release()
  }
}

/** Keeps the lease until it is released. The signal is also aborted when the lease is lost. */
function hold(
  { api, clock, killGraceS: graceS = defaultGraceS }: AgentDeps,
  { slot, job, signal }: CloneJob,
  { fence, renewEveryS }: Extract<LeaseAnswer, { granted: true }>,
  askedAtMs: number,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const lost = new AbortController()
  const onLost = (why: string) => lost.abort({ kind: 'lost', graceS, why } satisfies EndReason)
  const release = keepLease({ api, clock, renewal: { slot, job, fence }, renewEveryS, askedAtMs, onLost })
  return { signal: AbortSignal.any([signal, lost.signal]), release }
}

async function reportOn(
  { api }: AgentDeps,
  { slot, job }: CloneJob,
  fence: number,
  done: CarriedOut,
  billedS: number,
): Promise<ReportAnswer | undefined> {
  const ended = reportOf(done)
  const { usage, times } = done
  const answering = ended && api.report({ slot, job, fence, ended, usage, times, billedS })
  if (done.workspace !== undefined) removeLater(done.workspace.root)
  // Without a lease there may be nobody to hear it, and nothing depends on it but the bill.
  if (isLost(done)) return await answering?.catch(() => undefined)
  return await answering
}

function isLost({ ended }: CarriedOut): boolean {
  return ended.kind === 'told-to-end' && ended.reason.kind === 'lost'
}

/** What is reported; `undefined`: a host that is taken away says nothing, nor does an engine that ends. */
function reportOf({ ended }: CarriedOut): CloneReport['ended'] | undefined {
  if (ended.kind !== 'told-to-end') return ended
  return ended.reason.kind === 'stop' || ended.reason.kind === 'lost' ? { kind: 'stopped' } : undefined
}

function outcomeOf({ ended }: CarriedOut): readonly [Outcome, words: string] {
  if (ended.kind === 'claimed') return ['claimed', 'claimed']
  if (ended.kind === 'failed') return ['failed', `failed: ${ended.failure.cause}`]
  if (ended.reason.kind === 'lost') return ['lost', `lease lost: ${ended.reason.why}`]
  const outcomes = { stop: 'stopped', reclaim: 'reclaimed', interrupt: 'interrupted' } as const
  const outcome = outcomes[ended.reason.kind]
  return [outcome, outcome]
}

function exitCodeOf({ command, ended }: CarriedOut): number | null {
  if (command === undefined) return ended.kind === 'failed' ? ended.failure.exitCode : null
  return command.signal === null ? command.exitCode : 128 + constants.signals[command.signal]
}
