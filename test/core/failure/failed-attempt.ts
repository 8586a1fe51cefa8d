import type { Cause } from '#core/failure/cause.ts'
import type { FailedSlot } from '#core/failure/moved-slots.ts'
import type { FailedAttempt, Remedy } from '#core/failure/remedy.ts'
import type { Pool } from '#core/pools/pool.ts'
import { predict } from '#core/prediction/predict.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { task } from '../../builders/dag.ts'
import { aPool } from '../pools/a-pool.ts'

/** Four pools of 4 GiB: two of spot, cheapest and soonest first, then two on demand. */
export const spot = aPool('spot', {
  purchase: 'spot',
  price: { usdPerVcpuHour: 0.01, usdPerGiBHour: 0, usdPerGpuHour: 0 },
})
const spare = { ...spot, id: 'spare', startDelayS: 60 }
export const pools: readonly Pool[] = [
  aPool('dearest', { startDelayS: 180 }),
  aPool('dear', { startDelayS: 90 }),
  spare,
  spot,
]

/** How a failed attempt differs from one clone of 512 MiB and 60 s on `spot` with two retries after 5 s. */
export interface Story {
  readonly definition?: Partial<Task>
  /** In short: `spot!` failed, `spot` did not, `spot?` stood by. */
  readonly slots?: string
  readonly variants?: readonly string[]
  readonly memoryMiB?: number
  readonly timeoutS?: number | null
  readonly started?: boolean
  readonly untold?: boolean
  readonly pools?: readonly Pool[]
  readonly pool?: string
}

/** An attempt that failed by the last of these causes, after others that were tried again. */
export function after(so: readonly Cause[], story: Story = {}): FailedAttempt {
  const { definition = {}, slots = 'spot!', variants, memoryMiB = 512, timeoutS = 60, ...rest } = story
  const resources = { vcpus: 1, memoryMiB, gpus: 0 }
  const cause = so.at(-1) as Cause
  const failure = (of: Cause) =>
    ({ cause: of, confidence: 'certain', exitCode: null, signal: null, evidence: '' }) as const
  return {
    task: task('A', { retry: { limit: 2, backoffS: 5 }, resources, ...definition }),
    slots: slots.split(' ').map((word, clone): FailedSlot => ({
      kind: word.endsWith('?') ? 'standby' : 'active',
      pool: word.replace(/[?!]/, ''),
      reason: 'as planned',
      variant: variants?.[clone] ?? null,
      resources,
      timeoutS,
      failure: word.endsWith('!') ? { cause } : null,
    })),
    placement: { predicted: predict([], { durationS: 60 }, resources), onCriticalPath: true },
    pools,
    priority: 10,
    failure: failure(cause),
    before: so.slice(0, -1).map((of) => ({ failure: failure(of), remedy: 'again' })),
    started: true,
    untold: false,
    pool: 'spot',
    ...rest,
  }
}

/** Places in short: `spot`, or `spare?` for one on standby. */
export function short(remedy: Remedy): string {
  if (remedy.kind !== 'retry') return remedy.kind
  return remedy.slots.map(({ kind, pool }) => (kind === 'active' ? pool : `${pool}?`)).join(' ')
}
