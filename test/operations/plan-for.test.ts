import { describe, expect, it } from 'vitest'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { planFor } from '#operations/plan-for.ts'
import { aPool } from '../core/pools/a-pool.ts'
import { withTasks, workflowIn } from '../core/workflow/checked.ts'

const nowMs = 1_800_000_000_000
const policy = { cloning: true, hedging: true }

/** What reading has where nothing was run yet; writes would throw, since there is nothing to write with. */
const reads = (pools = [aPool('a')]) => ({
  store: new MemoryStore(),
  pools: { describe: () => Promise.resolve(pools) },
  clock: { nowMs: () => nowMs },
})
const made = 'list: { run: x, estimate: { duration: 1h }, outputs: { l: { path: l.json } } }'

describe('the plan of what is not submitted', () => {
  it('has placements, time and price, an instance at a time and together', async () => {
    const workflow = workflowIn(
      withTasks(`${made}, each: { run: x, estimate: { duration: 1h }, hedge: off, forEach: { n: [1, 2, 3] } }`),
    )
    const planned = await planFor(reads(), { workflow, params: {}, policy })
    if (!planned.ok) throw new Error(planned.error.message)
    const { plan, tasks, costUsd } = planned.value
    expect(plan).toMatchObject({ madeAtMs: nowMs, placements: { each: { slots: [{ pool: 'a' }] } } })
    expect(plan).not.toHaveProperty('run')
    // A vCPU hour is 0.04 USD.
    expect(tasks['each']).toMatchObject({ instances: 3, costUsd: { p50: 0.04 } })
    expect(costUsd.p50).toBeCloseTo(4 * 0.04, 12)
  })

  it('counts a list that is not there yet as one', async () => {
    const workflow = workflowIn(
      withTasks(`${made}, each: { run: x, estimate: { duration: 1h }, forEach: { n: { from: list.l } } }`),
    )
    const planned = await planFor(reads(), { workflow, params: {}, policy })
    expect(planned).toMatchObject({ ok: true, value: { tasks: { each: { instances: null } } } })
    expect(planned.ok && planned.value.costUsd.p50).toBeCloseTo(2 * 0.04, 12)
  })

  it('names each task that no pool can take', async () => {
    const workflow = workflowIn(
      withTasks('a: { run: x, resources: { vcpus: 99 } }, b: { run: x, resources: { gpus: 1 } }'),
    )
    const planned = await planFor(reads(), { workflow, params: {}, policy })
    const message = expect.stringMatching(/^no pool takes task a: .*\nno pool takes task b: .*$/) as string
    expect(planned).toMatchObject({ ok: false, error: { code: 'NO-POOL', message, exitCode: 2 } })
  })
})
