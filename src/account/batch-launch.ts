import type { BatchLaunch } from '#adapters/aws/batch-submissions.ts'
import { deploymentImage } from '#contract/deployment.ts'
import { tokenTimeoutS } from '#contract/state-machine.ts'
import { sha256 } from '#core/hash.ts'
import { slotKey } from '#core/run/ids.ts'
import type { Ports } from '#operations/ports.ts'
import { readRun } from '#operations/read-run.ts'
import type { CloneTokens } from '#ports/clone-tokens.ts'
import type { JobRequest } from '#ports/pools.ts'

/** Letters of a tenant's share: what Batch takes is short, and a tenant's name may be anything. */
const shareLetters = 16

/** What the launch of a clone follows from. */
export interface LaunchDeps extends Pick<Ports, 'store' | 'definitions' | 'clock'> {
  readonly tokens: CloneTokens
  /** Of tasks that name none. */
  readonly image: string | undefined
  /** Whether the queue of a pool has a policy, and takes shares. */
  readonly sharesIn: (pool: string) => boolean
}

/**
 * What a clone's job is started with, from stored rows. Its token lasts as long as its wait may: it speaks for one job of one slot,
 * and for nobody once that is decided.
 */
export async function batchLaunch(deps: LaunchDeps, { slot, job, pool }: JobRequest): Promise<BatchLaunch> {
  const { store, definitions, clock, tokens, image = deploymentImage } = deps
  const { value: run } = await readRun(store, slot.run)
  const { readiness } = await definitions.workflow(run)
  const row = await store.rows.get(slot.run, 'task', slot.task)
  const place = await store.rows.get(slot.run, 'slot', slotKey(slot))
  const task = readiness.tasks.get(row?.value.task ?? '')
  if (place === undefined || task === undefined) throw new Error(`${job} is of no slot or task`)
  const variant = task.variants.find(({ name }) => name === place.value.variant)
  return {
    image: variant?.image ?? task.image ?? image,
    token: tokens.issue({ slot, job, expiresAtMs: clock.nowMs() + tokenTimeoutS * 1000 }),
    timeoutS: place.value.timeoutS,
    ...(deps.sharesIn(pool) && {
      share: { id: sha256(run.tenant).slice(0, shareLetters), priority: run.priority },
    }),
  }
}
