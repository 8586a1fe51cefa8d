import { expect, test } from 'vitest'
import { dag } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { from, leaves } from '../operations/drawn.ts'
import { play, resultsOf, runOf, saidIn, slotsIn } from './play.ts'

const chain = dag('A -> B', {
  A: { outputs: leaves('out') },
  B: { inputs: { a: from('A.out') }, outputs: leaves('out') },
})

const roomy = { vcpus: 1000, memoryMiB: 1_000_000, gpus: 0 }
const cheap = { usdPerVcpuHour: 0.0001, usdPerGiBHour: 0, usdPerGpuHour: 0 }
/** Spot capacity is what anybody would choose. */
const pools = [
  emulatedPool('spot', { ...roomy, tier: 'hot', purchase: 'spot', price: cheap }),
  emulatedPool('steady', { ...roomy, tier: 'cold', startDelay: { kind: 'fixed', seconds: 30 } }),
].map(({ pool }) => pool)

test('21: an agent that stands still past its lease and goes on is fenced: its claim is refused', async () => {
  const plain = await play(chain)
  const zombies = await play(chain, { chances: { 'agent stands still past its lease': 1 } })

  expect(zombies.breaches).toStrictEqual([])
  expect(zombies.sim.faults.of('agent stands still past its lease')).toBeGreaterThan(1)
  expect((await slotsIn(zombies)).filter(({ state }) => state === 'fenced').length).toBeGreaterThan(1)
  expect(await resultsOf(zombies)).toStrictEqual(await resultsOf(plain))
})

test('23: dispatch dies at each of its calls, before and after it takes effect: nothing is stuck, nothing is doubled', async () => {
  const plain = await play(chain)
  const { callNames } = plain.sim
  const starts = callNames.flatMap((name, index) => (name === 'pools.capacity' ? [index + 1] : []))
  const submits = callNames.flatMap((name, index) => (name === 'pools.submit' ? [index + 1] : []))
  expect(submits.length).toBe(2)
  const [from = 1] = starts

  for (let n = from; n <= (submits[0] as number) + 1; n += 1) {
    for (const how of ['crash before', 'crash after'] as const) {
      const died = await play(chain, { conditions: { nth: { n, how } } })

      expect(died.breaches, `call ${n} ${how}`).toStrictEqual([])
      expect(await resultsOf(died), `call ${n} ${how}`).toStrictEqual(await resultsOf(plain))
      expect(saidIn(died, 'slot A/1/0: slot.leased'), `call ${n} ${how}`).toBeLessThanOrEqual(1)
    }
  }
})

test.each([0.01, 0.2, 0.8])(
  '24: %d of all clones on spot capacity lose their host: no retry of the user is spent, and it goes on-demand',
  async (share) => {
    const tasks = Array.from({ length: 30 }, (_, index) => `T${index}`)
    const once = { outputs: leaves('out'), retry: { limit: 0, backoffS: 0 } }
    const bag = dag(tasks.join(', '), Object.fromEntries(tasks.map((id) => [id, once])))
    const third = share / 3
    const chances = {
      'reclaimed with exit code 143': third,
      'reclaimed with exit code 137': third,
      'reclaimed without exit code': third,
    }
    let reclaims = 0
    for (const seed of ['a', 'b', 'c']) {
      const played = await play(bag, { chances, pools, conditions: { seed } })

      expect(played.breaches).toStrictEqual([])
      expect((await runOf(played)).state).toBe('succeeded')
      reclaims += played.sim.faults.total
      const lost = (await slotsIn(played)).filter(({ failure }) => failure !== null)
      expect(new Set(lost.map(({ failure }) => failure?.cause))).toStrictEqual(
        new Set(lost.length > 0 ? ['reclaimed'] : []),
      )
      for (const { attempt } of lost) expect(attempt).toBeLessThanOrEqual(2)
    }
    expect(reclaims).toBeGreaterThan(0)
  },
)
