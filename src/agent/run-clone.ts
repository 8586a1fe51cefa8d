import { constants } from 'node:os'
import { askAgain } from '#agent/ask-again.ts'
import { carryOut, type CarriedOut } from '#agent/carry-out.ts'
import { defaultGraceS, type AgentDeps, type CloneExit, type CloneJob } from '#agent/clone-job.ts'
import { keepLease } from '#agent/keep-lease.ts'
import type { EndReason } from '#agent/stop-reason-of.ts'
import { removeWorkspace } from '#agent/workspace.ts'
import type { CloneReport, LeaseAnswer, ReportAnswer } from '#contract/clone-api.ts'
import type { Failure } from '#core/failure/cause.ts'

type Outcome = CloneExit['outcome']

/** Seconds for which a clone without a lease asks for one: as long as one lasts. Its host costs money meanwhile. */
const askedForS = 120
/** Seconds for which a result is reported, beyond the end of its lease: the work is done, and an old fence is refused. */
const reportedForS = 600
/** Seconds for which it is reported that a host had notice: what is left of its time. */
const noticedForS = 10

/**
 * Runs one clone: takes its lease and keeps it, carries out its assignment, reports. Once it has resolved, or rejected,
 * no process of the clone's session lives; its folder goes in the background. A call that is not answered is made again for
 * a while; rejects when none was answered, or the clone was told to end meanwhile. One that loses its lease while it works
 * ends at once and claims nothing.
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
  const asking = { slot, job: name, holder: deps.holder() }
  const { clock, random } = deps
  const patience = { clock, random, signal: job.signal, forS: askedForS }
  const lease = await askAgain(() => deps.api.lease(asking), patience)
  if (!lease.granted) return exit('refused', 0, `lease refused: ${lease.why}`)
  const held = hold(deps, job, lease, askedAtMs)
  try {
    const done = await carryOut(deps, { ...job, signal: held.signal }, lease)
    // Nobody reads what was said under a lease that is lost.
    if (outcomeOf(done)[0] !== 'lost') await deps.keepLogs?.(lease.assignment.prefix)
    const answer = await reportOn(deps, job, lease.fence, done, billedS)
    const [outcome, words] = outcomeOf(done)
    // Who has lost the slot to another one has no say in how it ends: any other code would fail it under its new holder.
    const hasLostIt = outcome === 'lost' || answer === 'fenced'
    const code = hasLostIt ? 0 : outcome === 'reclaimed' ? null : exitCodeOf(done)
    return exit(outcome, code, answer === undefined ? words : `${words}; the report was ${answer}`)
  } finally {
    held.release()
  }
}

/** Keeps the lease until it is released. The signal is also aborted when the lease is lost. */
function hold(
  { api, clock, random, killGraceS: graceS = defaultGraceS }: AgentDeps,
  { slot, job, signal }: CloneJob,
  { fence, renewEveryS }: Extract<LeaseAnswer, { granted: true }>,
  askedAtMs: number,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const lost = new AbortController()
  const onLost = (why: string) => lost.abort({ kind: 'lost', graceS, why } satisfies EndReason)
  const renewal = { slot, job, fence }
  const release = keepLease({ api, clock, random, renewal, renewEveryS, askedAtMs, onLost })
  return { signal: AbortSignal.any([signal, lost.signal]), release }
}

async function reportOn(
  { api, clock, random }: AgentDeps,
  { slot, job, signal }: CloneJob,
  fence: number,
  done: CarriedOut,
  billedS: () => number,
): Promise<ReportAnswer | undefined> {
  const ended = reportOf(done)
  const { usage, times } = done
  const say = ended && (() => api.report({ slot, job, fence, ended, usage, times, billedS: billedS() }))
  const answering = say && askAgain(say, { clock, random, ...patienceFor(done, signal) })
  if (done.workspace !== undefined) removeWorkspace(done.workspace)
  // Nothing but the bill depends on it, and without a lease there may be nobody to hear it.
  if (ended?.kind === 'stopped') return await answering?.catch(() => undefined)
  return await answering
}

/** How long a report is made again. Who was told to end has no time for it, but for what follows from a notice. */
function patienceFor(
  { ended }: CarriedOut,
  signal: AbortSignal,
): { readonly signal: AbortSignal; readonly forS: number } {
  if (ended.kind !== 'told-to-end') return { signal, forS: reportedForS }
  if (ended.reason.kind !== 'reclaim') return { signal, forS: 0 }
  return { signal: new AbortController().signal, forS: noticedForS }
}

/** What is reported; `undefined`: a host that is taken away without notice says nothing, nor does an engine that ends. */
function reportOf({ ended }: CarriedOut): CloneReport['ended'] | undefined {
  if (ended.kind !== 'told-to-end') return ended
  const { reason } = ended
  if (reason.kind === 'reclaim') return reason.graceS === undefined ? undefined : { kind: 'failed', failure: reclaimed }
  return reason.kind === 'stop' || reason.kind === 'lost' ? { kind: 'stopped' } : undefined
}

const reclaimed: Failure = {
  cause: 'reclaimed',
  confidence: 'certain',
  exitCode: null,
  signal: null,
  evidence: 'its host had notice that it is taken away',
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
