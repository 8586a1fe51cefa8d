import { describe, expect, test } from 'vitest'
import type { Json } from '#core/json.ts'
import { simulate, type Played, type WorldName } from './simulate.ts'
import { isRead } from './simulated-ports.ts'
import { plainScenario, smallWorkflows } from './small-workflows.ts'

interface Result {
  readonly state: string
  readonly outputs: Json
}

/** The states of all tasks, and their outputs by hash. */
async function resultsOf({ store, runs }: Played): Promise<Readonly<Record<string, Result>>> {
  const results: Record<string, Result> = {}
  for (const run of runs) {
    results['run'] = { state: (await store.rows.get(run, 'run', 'run'))?.value.state ?? 'absent', outputs: {} }
    for (const { id, value } of (await store.rows.list(run, 'task', { limit: 1000 })).items) {
      const hashes = Object.entries(value.outputs ?? {}).map(([name, output]) => [
        name,
        output.type === 'directory' ? 'directory' : output.sha256,
      ])
      results[id] = { state: value.state, outputs: Object.fromEntries(hashes) as Json }
    }
  }
  return results
}

function statesOf(results: Readonly<Record<string, Result>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(results).map(([id, { state }]) => [id, state]))
}

const faultsOfReads = ['rejected before', 'crash after'] as const
const faults = ['rejected before', 'rejected after', 'crash before', 'crash after'] as const

describe.each(['machine', 'account'] as const satisfies readonly WorldName[])('in a world of one %s', (world) => {
  test.each(smallWorkflows)(
    '$name comes to the same, whichever port call fails or is the last one',
    async (small) => {
      const whole = await simulate(plainScenario(small, world))
      expect(whole.breaches).toStrictEqual([])
      const results = await resultsOf(whole)
      expect(statesOf(results)).toStrictEqual(small.comesTo)
      const { callNames } = whole.sim
      expect(callNames.length).toBeGreaterThan(80)
      const cancelled = small.cancelledAfterMs !== null

      const failed: string[] = []
      for (const [index, call] of callNames.entries()) {
        const n = index + 1
        // What only reads has no effect that could be there or not.
        for (const how of isRead(call) ? faultsOfReads : faults) {
          const played = await simulate(plainScenario(small, world, { n, how }))
          const { breaches } = played
          const same = JSON.stringify(await resultsOf(played)) === JSON.stringify(results)
          // Whether a cancel that was hit came to be is its caller's question; that all ends well is not.
          if (breaches.length > 0 || (!same && !cancelled)) {
            failed.push(`call ${n}, ${call}, ${how}: ${breaches.slice(0, 2).join(', ') || 'other results'}`)
          }
        }
      }
      expect(failed.slice(0, 10)).toStrictEqual([])
    },
    600_000,
  )

  test('a run that is cancelled at whatever call is over, and commits nothing after it was told', async () => {
    for (const small of smallWorkflows.filter(({ cancelledAfterMs }) => cancelledAfterMs === null)) {
      const plain = plainScenario(small, world)
      const { callNames } = (await simulate(plain)).sim
      for (let cancelAtCall = 1; cancelAtCall <= callNames.length; cancelAtCall += 1) {
        const played = await simulate({ ...plain, conditions: { ...plain.conditions, cancelAtCall, latencyMs: 20 } })
        expect(played.breaches, `${small.name}, call ${cancelAtCall}`).toStrictEqual([])
      }
    }
  }, 300_000)
})
