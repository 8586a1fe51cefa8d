import type { BatchLaunch, TokenOf } from '#adapters/aws/batch-submissions.ts'
import { deploymentImage } from '#contract/deployment.ts'
import { tokenTimeoutS } from '#contract/state-machine.ts'
import { sha256 } from '#core/hash.ts'
import { type RunId, taskOf } from '#core/run/ids.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import type { Clock } from '#ports/clock.ts'
import type { CloneTokens } from '#ports/clone-tokens.ts'
import type { PlacedClone } from '#ports/pools.ts'

/** Letters of a tenant's share: what Batch takes is short, and a tenant's name may be anything. */
const shareLetters = 16
/** Runs that are remembered. */
const remembered = 100

/** What the launch of a clone follows from. */
export interface LaunchDeps extends Pick<Ports, 'store' | 'definitions'> {
  /** Of tasks that name none. */
  readonly image: string | undefined
  /** Whether the queue of a pool has a policy, and takes shares. */
  readonly sharesIn: (pool: string) => boolean
}

/** What the jobs of clones are started with: what their run says of them, which never changes, and is read once. */
export function batchLaunches({
  store,
  definitions,
  image = deploymentImage,
  sharesIn,
}: LaunchDeps): (clone: PlacedClone) => Promise<BatchLaunch> {
  const runs = new Map<RunId, Promise<RunRecord>>()
  const runOf = (id: RunId): Promise<RunRecord> => {
    const reading = runs.get(id) ?? readRun(store, id).then(({ value }) => value)
    runs.delete(id)
    runs.set(id, reading)
    reading.catch(() => runs.delete(id))
    const [oldest] = runs.keys()
    if (runs.size > remembered && oldest !== undefined) runs.delete(oldest)
    return reading
  }
  return async ({ slot, pool, variant: named }) => {
    const run = await runOf(slot.run)
    const { readiness } = await definitions.workflow(run)
    const task = readiness.tasks.get(taskOf(slot.task))
    if (task === undefined) throw new Error(`${slot.task} is of no task of ${slot.run}`)
    const variant = task.variants.find(({ name }) => name === named)
    return {
      image: variant?.image ?? task.image ?? image,
      secrets: task.secrets,
      ...(sharesIn(pool) && {
        share: { id: sha256(run.tenant).slice(0, shareLetters), priority: run.priority },
      }),
    }
  }
}

/**
 * Tokens that last as long as the wait of a clone may: each speaks for one job of one slot, and for nobody once that is decided; one for
 * an array does so once a clone of it has completed it.
 */
export function batchTokens(clock: Clock, tokens: () => Promise<CloneTokens>): TokenOf {
  return async (whose) => {
    const expiresAtMs = clock.nowMs() + tokenTimeoutS * 1000
    const issued = await tokens()
    return 'array' in whose ? issued.issueToArray({ ...whose, expiresAtMs }) : issued.issue({ ...whose, expiresAtMs })
  }
}
