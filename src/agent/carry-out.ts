import { checkContents, findOutputs, type FoundOutput } from '#agent/check-outputs.ts'
import { defaultGraceS, type AgentDeps, type CloneJob } from '#agent/clone-job.ts'
import { commandRunner, type EndedCommand } from '#agent/command-runner.ts'
import { isLeftByCommand } from '#agent/left-by-command.ts'
import { changedOutput, digestsOf } from '#agent/output-digests.ts'
import type { Redaction } from '#agent/redaction.ts'
import { stageIn } from '#agent/stage-in.ts'
import { stageOut } from '#agent/stage-out.ts'
import { stopReasonOf, type EndReason } from '#agent/stop-reason-of.ts'
import { addUsage } from '#agent/usage-sampler.ts'
import { makeWorkspace, type Workspace } from '#agent/workspace.ts'
import type { LeaseAnswer } from '#contract/clone-api.ts'
import type { Failure } from '#core/failure/cause.ts'
import { classify, type AgentStep, type Evidence } from '#core/failure/classify.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Manifest } from '#core/run/manifest.ts'
import type { PhaseTimes, Usage } from '#core/run/usage.ts'
import { RefusedObject } from '#ports/refused-object.ts'

/** What became of an assignment. */
export interface CarriedOut extends Readonly<Progress> {
  readonly ended:
    | { readonly kind: 'claimed'; readonly manifest: Manifest }
    | { readonly kind: 'failed'; readonly failure: Failure; readonly refused?: string }
    | { readonly kind: 'told-to-end'; readonly reason: EndReason }
}

/** How far it came. */
interface Progress {
  /** Still to be removed. */
  workspace?: Workspace
  /** The last one that ran: the task's, or its validator. Absent when none started. */
  command?: EndedCommand
  redaction?: Redaction | undefined
  /** The key of an object that the store refused. */
  refused?: string
  usage: Usage
  times: PhaseTimes
}

/**
 * Stages in, runs the command, has its result validated and stages out. Never throws: what goes wrong around the command
 * is a failure of the clone too. Told to end, it is that and nothing else, whatever was reached.
 */
export async function carryOut(
  deps: AgentDeps,
  job: CloneJob,
  lease: Extract<LeaseAnswer, { granted: true }>,
): Promise<CarriedOut> {
  const progress: Progress = {
    usage: { basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 },
    times: { stagingInS: null, runningS: null, stagingOutS: null },
  }
  const result = await goThroughPhases(deps, job, lease, progress)
  const reason = stopReasonOf(job.signal, deps.killGraceS ?? defaultGraceS)
  if (reason !== undefined) return { ...progress, ended: { kind: 'told-to-end', reason } }
  if (!result.ok) {
    const evidence = withoutSecrets(result.error, progress.redaction)
    const { refused } = progress
    return { ...progress, ended: { kind: 'failed', failure: classify(evidence), ...(refused && { refused }) } }
  }
  return { ...progress, ended: { kind: 'claimed', manifest: result.value } }
}

/** Once the signal is aborted, nobody looks at what it returns. */
async function goThroughPhases(
  deps: AgentDeps,
  job: CloneJob,
  { fence, assignment }: Extract<LeaseAnswer, { granted: true }>,
  progress: Progress,
): Promise<Result<Manifest, Evidence>> {
  const { signal } = job
  const { outputs, validate } = assignment
  const staged = await timed(deps, progress, 'stagingInS', 'staging in', async () => {
    const workspace = await makeWorkspace(deps.workFolder, assignment.slot, fence)
    progress.workspace = workspace
    const result = await stageIn(deps, assignment, workspace, signal)
    if (!result.ok) return result
    progress.redaction = result.value.redaction
    progress.usage = { ...progress.usage, bytesIn: result.value.bytesIn }
    return ok({ workspace, ...result.value })
  })
  if (!staged.ok) return staged
  if (signal.aborted) return ok({})
  const { workspace, env, redaction } = staged.value
  const onEnded = (end: EndedCommand) => {
    progress.command = end
    progress.usage = { ...progress.usage, ...addUsage(progress.usage, end.usage) }
  }
  const runner = commandRunner(deps, job, { assignment, fence, workspace, env, redaction, onEnded })
  try {
    const ran = await timed(deps, progress, 'runningS', 'running', () => runner.run(assignment.command, 'exit'))
    if (!ran.ok) return ran
    if (signal.aborted) return ok({})
    const quoting = redaction === undefined
    const find = () => findOutputs(outputs, workspace)
    const check = (found: readonly FoundOutput[]) =>
      checkContents(outputs, found, { canonical: assignment.canonical, quoting })
    const { prefix, compact = [] } = assignment
    const target = { objects: deps.objects, prefix, folder: workspace.root, signal, compact }
    const store = async (found: readonly FoundOutput[], canonical: Readonly<Record<string, string>>) => {
      const { manifest, bytesOut } = await stageOut(found, canonical, target)
      progress.usage = { ...progress.usage, bytesOut }
      return manifest
    }
    if (validate === null) {
      return await timed(deps, progress, 'stagingOutS', 'staging out', async () => {
        const found = find()
        if (!found.ok) return badOutput(found.error)
        const canonical = await check(found.value)
        return canonical.ok ? ok(await store(found.value, canonical.value)) : badOutput(canonical.error)
      })
    }
    const checked = await timed(deps, progress, 'stagingOutS', 'staging out', async () => {
      const found = find()
      if (!found.ok) return badOutput(found.error)
      const canonical = await check(found.value)
      if (!canonical.ok) return badOutput(canonical.error)
      return ok({ canonical: canonical.value, digests: await digestsOf(found.value) })
    })
    if (!checked.ok) return checked
    if (signal.aborted) return ok({})
    const valid = await timed(deps, progress, 'runningS', 'running', () => runner.run(validate, 'validator'))
    if (!valid.ok) return valid
    if (signal.aborted) return ok({})
    return await timed(deps, progress, 'stagingOutS', 'staging out', async () => {
      const { canonical, digests } = checked.value
      const found = find()
      if (!found.ok) return badOutput({ ...found.error, why: `${found.error.why}, since it was validated` })
      const manifest = await store(found.value, canonical)
      if (signal.aborted) return ok({})
      const changed = changedOutput(digests, manifest)
      return changed === undefined ? ok(manifest) : badOutput({ name: changed, why: 'was changed by its validator' })
    })
  } finally {
    runner.close()
  }
}

function badOutput(problem: { readonly name: string; readonly why: string }): Result<never, Evidence> {
  return err({ kind: 'output', ...problem })
}

/** Times a phase, which may have parts, and turns what it throws into evidence. */
async function timed<T>(
  { clock }: AgentDeps,
  progress: Progress,
  phase: keyof PhaseTimes,
  step: AgentStep,
  act: () => Promise<Result<T, Evidence>>,
): Promise<Result<T, Evidence>> {
  const startMs = clock.nowMs()
  try {
    return await act()
  } catch (error) {
    const { code = null, message } = error as NodeJS.ErrnoException
    if (step === 'staging in' && error instanceof RefusedObject) progress.refused = error.key
    const isOutput = step === 'staging out' && isLeftByCommand(error as NodeJS.ErrnoException, progress.workspace)
    return err({ kind: 'agent', step, code, message, isOutput })
  } finally {
    const elapsedS = Math.max(0, clock.nowMs() - startMs) / 1000
    progress.times = { ...progress.times, [phase]: (progress.times[phase] ?? 0) + elapsedS }
  }
}

/** Names of files that a task has made, and what its logs did not hold, may have secrets too. */
function withoutSecrets(evidence: Evidence, redaction: Redaction | undefined): Evidence {
  if (redaction === undefined) return evidence
  const shown: Readonly<Record<string, unknown>> = evidence
  const texts = ['why', 'message', 'program', 'stderr'].flatMap((key) => {
    const text = shown[key]
    return typeof text === 'string' ? [[key, redaction.text(text)] as const] : []
  })
  return { ...evidence, ...Object.fromEntries(texts) }
}
