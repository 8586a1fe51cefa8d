import { expect, it } from 'vitest'
import { killLoop } from './kill-loop.ts'

/** `KILL_SEED=…` runs that one. Where a kill falls is the machine's chance; the workflows and the pauses are the seed's. */
const seed = process.env['KILL_SEED'] ?? 'kill-loop'

it('15: 200 workflows end as they should, however often their engine is killed on the way', async () => {
  const startedMs = performance.now()
  const result = await killLoop({ seed, workflows: 200, atOnce: 20, livesMs: [300, 1500] })
  const { kills, attemptsRunAgain, endedAfterLastKill, breaches } = result
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  process.stdout.write(
    `200 workflows: ${kills} kills survived, ${attemptsRunAgain} attempts run again, ` +
      `${endedAfterLastKill} workflows ended after the last kill; ${seconds} s; replay: KILL_SEED=${seed} npm run test:kill -- kill-loop\n`,
  )
  expect(breaches).toStrictEqual([])
  expect(kills).toBeGreaterThan(3)
  expect(attemptsRunAgain).toBeGreaterThan(0)
  expect(endedAfterLastKill).toBeGreaterThan(0)
})
