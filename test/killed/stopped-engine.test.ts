import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { attemptsLost } from './effects.ts'
import { startEngine } from './engine.ts'
import { randomFlow } from './flow.ts'
import { makeSite } from './site.ts'

const flow = randomFlow('stopped', 'stopped', 40, { list: 0.08, each: 0.06, race: 0.1, hedge: 0.03, failure: 0.07 })

it('21: an engine that is stopped again and again, while its commands go on, loses nothing when it goes on', async () => {
  await using engine = await startEngine()
  using site = makeSite([flow])
  let over = false
  const run = engine.carryOut({ folder: site.folder, atOnce: 1 }).finally(() => (over = true))
  let stops = 0
  while (!over) {
    await wait(60)
    if (over) break
    engine.kill('SIGSTOP')
    // Commands that were started come to their end meanwhile, and nobody hears of it.
    await wait(120)
    engine.kill('SIGCONT')
    stops += 1
  }
  await run

  expect(stops).toBeGreaterThan(1)
  expect(await site.breaches([flow])).toStrictEqual([])
  expect(attemptsLost([...(await site.runs()).values()])).toStrictEqual([])
  expect(readFileSync(join(site.folder, 'ledger'), 'utf8').length).toBeGreaterThan(0)
})
