import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { FaultCounts, faultTypes, impossible } from './faults.ts'
import { playSeed } from './play-seed.ts'
import type { WorldName } from './simulate.ts'

/** Seeds of one world in a test run, unless `SEEDS` says how many. */
const usualSeeds = 300
const longestMs = 1_200_000
/** So many failing seeds are told; the first one is enough to begin with. */
const mostTold = 5

/** What has to have happened in some world or other, or the worlds are too tame; as their traces say it. */
const events = [
  'slot.decided contributed',
  'slot.activated',
  'attempt.in-doubt',
  'somebody forces',
  'run.stopping',
  'run.finished failed',
  'task.skipped',
  'slot.fenced',
  'ledger.reserved',
] as const

/** Plays seeds 0, 1, 2 … of a world; or the one that `SEED` names, and tells its trace. */
export function sweepSeeds(world: WorldName): void {
  const file = `test/simulation/seeds-${world}.test.ts`
  const only = process.env['SEED']
  test.runIf(only !== undefined)(`seed ${only} of a ${world} world`, async () => {
    const { breaches, sim } = await playSeed(Number(only), world)
    process.stdout.write(`${sim.trace.join('\n')}\n${JSON.stringify(sim.conditions, null, 2)}\ntrace ${sim.hash}\n`)
    expect(breaches).toStrictEqual([])
  })
  describe.skipIf(only !== undefined)(`seeds of ${world} worlds`, () => {
    const seeds = Number(process.env['SEEDS'] ?? usualSeeds)
    const faults = new FaultCounts()
    const failed: string[] = []
    const happened = new Set<string>()
    let goneOn = 0

    test(
      'keep every invariant, come to the expected outputs, and end once the faults have',
      async () => {
        for (let seed = 0; seed < seeds && failed.length < mostTold; seed += 1) {
          const { breaches, sim } = await playSeed(seed, world)
          faults.addAll(sim.faults)
          if (sim.trace.slice(sim.lastFaultAt).some((line) => line.includes('task.committed'))) goneOn += 1
          for (const event of events) {
            if (!happened.has(event) && sim.trace.some((line) => line.includes(event))) happened.add(event)
          }
          if (breaches.length > 0) {
            failed.push(`SEED=${seed} npx vitest run ${file}\n  ${breaches.slice(0, 5).join('\n  ')}`)
          }
          // The runner wants to be heard now and then.
          if (seed % 50 === 0) await turn()
        }
        expect(failed.join('\n')).toBe('')
      },
      longestMs,
    )

    test('and tasks of many were committed after the last fault', () => {
      expect(goneOn).toBeGreaterThan(seeds / 10)
    })

    test.each(events)('had this happen: %s', (event) => {
      expect(happened.has(event)).toBe(true)
    })

    test.each(faultTypes.filter((type) => !impossible[world].includes(type)))('had their faults: %s', (type) => {
      expect(faults.of(type)).toBeGreaterThan(0)
    })
  })
}
