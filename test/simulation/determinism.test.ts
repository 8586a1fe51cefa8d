import { expect, test } from 'vitest'
import { playSeed } from './play-seed.ts'

test.each(['machine', 'account'] as const)('the same seed gives the same trace in a %s world', async (world) => {
  const hashes = new Set<string>()
  for (let seed = 0; seed < 12; seed += 1) {
    const first = await playSeed(seed, world)
    const again = await playSeed(seed, world)

    expect(first.sim.trace.length).toBeGreaterThan(5)
    expect(again.sim.hash, `seed ${seed}`).toBe(first.sim.hash)
    hashes.add(first.sim.hash)
  }
  expect(hashes.size).toBe(12)
})
