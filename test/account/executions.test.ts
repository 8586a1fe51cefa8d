import { describe, expect, test } from 'vitest'
import { seededRandom } from '#core/random.ts'
import { executionsContract } from '../contracts/executions.ts'
import { executionsBench } from './executions-bench.ts'
import { type RequestFault, withFaults } from './faulty-client.ts'

describe('Step Functions, as miniStack', () => {
  executionsContract(executionsBench)
})

describe('Step Functions, as miniStack, with faults', () => {
  const seen = new Set<RequestFault>()
  let seed = 0
  executionsContract(async () => {
    let counts: ReadonlyMap<RequestFault, number> = new Map()
    const under = await executionsBench((client) => {
      counts = withFaults(client, seededRandom(`executions ${(seed += 1)}`), 0.15)
    })
    return {
      ...under,
      async close() {
        for (const fault of counts.keys()) seen.add(fault)
        await under.close()
      },
    }
  }, 'lost')

  test('answers were lost and requests throttled', () => {
    expect([...seen]).toContain('answer lost')
    expect([...seen]).toContain('throttled')
  })
})
