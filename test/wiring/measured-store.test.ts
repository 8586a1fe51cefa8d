import { describe, expect, it } from 'vitest'
import { measuredStore } from '#account/measured-store.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { metricUnits, type MetricName } from '#contract/metrics.ts'
import { change } from '#core/run/record.ts'
import { dag } from '../builders/dag.ts'
import { runId } from '../builders/emulation.ts'
import { rig } from '../builders/rig.ts'

/** All that was told of a store. */
function open() {
  const told = new Map<MetricName, number[]>()
  const store = measuredStore(
    new MemoryStore(),
    (name, value) => void told.set(name, [...(told.get(name) ?? []), value]),
  )
  const sums = () => Object.fromEntries([...told].map(([name, values]) => [name, values.reduce((a, b) => a + b, 0)]))
  return { store, told, sums }
}

describe('what a store tells of its commits', () => {
  it('counts runs, clones and hedges, and adds up what they took and cost', async () => {
    const { store, sums, told } = open()
    const engine = rig(({ clone }) => ({ takesS: clone === 0 ? 10 : 20 }), { store })
    const { id } = await engine.run(dag('A -> B', { A: { clones: 2 } }))
    const { makespanS, costUsd, wastedCostUsd } = await engine.document(id as never)
    expect(sums()).toMatchObject({
      RunsSubmitted: 1,
      RunsSucceeded: 1,
      ClonesStarted: 3,
      ClonesWon: 2,
      ClonesLost: 1,
      MakespanS: makespanS,
      CostUsd: costUsd,
      WastedUsd: wastedCostUsd,
    })
    expect(told.get('StartDelayS')).toHaveLength(3)
    expect(Object.keys(sums()).filter((name) => !(name in metricUnits))).toStrictEqual([])
  })

  it('counts what failed', async () => {
    const { store, sums } = open()
    const evidence = 'exit code 1'
    const failure = { cause: 'user-error', confidence: 'certain', exitCode: 1, signal: null, evidence } as const
    await rig(() => ({ takesS: 1, fails: failure }), { store }).run(dag('A'))
    expect(sums()).toMatchObject({ RunsFailed: 1, ClonesFailed: 1 })
  })

  it('says nothing of a commit that was not written', async () => {
    const { store, told } = open()
    const submitted = change('run', 'run', undefined, {
      type: 'run.submitted',
      atMs: 0,
      id: runId(),
      tenant: 'default',
      workflow: 'w',
      workflowHash: 'h',
      params: {},
      labels: {},
      priority: 50,
      deadlineS: null,
      timeoutS: null,
      budgetUsd: null,
      policy: { cloning: true, hedging: true },
      retry: null,
    })
    expect((await store.rows.commit(runId(), [submitted])).ok).toBe(true)
    expect((await store.rows.commit(runId(), [submitted])).ok).toBe(false)
    expect(told.get('RunsSubmitted')).toStrictEqual([1])
  })
})
