import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEngine, type Engine } from './engine.ts'
import { expectedOf, randomFlow } from './flow.ts'
import { killedAt, type Case } from './killed-at.ts'

/** Fifty tasks and instances: lists, element-wise lists, what gathers them, races, a hedge, retries. */
const flow = randomFlow('fifty', 'fifty-32', 40, { list: 0.08, each: 0.06, race: 0.1, hedge: 0.03, failure: 0.07 })

/** Cases at a time; one engine lives while another one's state is checked. */
const lanes = 2
/** `KILL_AT=123`, or a pattern of the line of an effect: that case alone. */
const asked = process.env['KILL_AT']

let resumers: readonly Engine[]
beforeAll(async () => {
  resumers = await Promise.all(Array.from({ length: lanes }, startEngine))
})
afterAll(async () => {
  await Promise.all(resumers.map((engine) => engine[Symbol.asyncDispose]()))
})

/** Every step from 1 on, until runs end before they reach theirs. Orders of steps differ a little from run to run. */
async function everyStep(): Promise<readonly Case[]> {
  const cases: Case[] = []
  let step = 0
  let unharmed = 0
  const lane = async (first: Engine): Promise<void> => {
    let resumer = first
    let next = startEngine()
    while (unharmed < 2 * lanes) {
      step += 1
      const at = step
      const victim = await next
      next = startEngine()
      const outcome = await killedAt(flow, { at }, victim, resumer)
      if (!outcome.killed) unharmed += 1
      if (outcome.hung) resumer = await startEngine()
      cases.push(outcome)
    }
    await (await next)[Symbol.asyncDispose]()
  }
  await Promise.all(resumers.map(lane))
  return cases
}

function reportOf({ at, effect, breaches }: Case): string {
  const step = JSON.stringify(at)
  return `killed after step ${step} (${effect}):\n  ${breaches.join('\n  ')}\n  replay: KILL_AT=${step} npm run test:kill -- every-step`
}

describe('14: an engine that is killed after any persisted step', () => {
  it('runs a workflow with everything in it', () => {
    const { steps } = flow
    expect(expectedOf(flow).size).toBe(50)
    expect(steps.filter(({ repeats }) => repeats === 'list').length).toBeGreaterThan(0)
    expect(steps.filter(({ repeats }) => typeof repeats === 'object').length).toBeGreaterThan(0)
    expect(steps.filter(({ clones }) => clones > 1).length).toBeGreaterThan(0)
    expect(steps.filter(({ failures }) => failures > 0).length).toBeGreaterThan(0)
    expect(steps.filter(({ hedged }) => hedged).length).toBeGreaterThan(0)
    const repeated = steps.filter(({ repeats }) => repeats !== 'no').map(({ id }) => id)
    expect(steps.filter(({ reads }) => reads.some((read) => repeated.includes(read))).length).toBeGreaterThan(0)
  })

  it.skipIf(asked !== undefined)('leaves a state from which the next one gives the same outputs', async () => {
    const startedMs = performance.now()
    const cases = await everyStep()
    const killed = cases.filter((one) => one.killed)
    const lost = cases.reduce((sum, one) => sum + one.lost, 0)
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
    process.stdout.write(
      `killed after each of ${killed.length} persisted steps; ${lost} attempts run again, ${(lost / killed.length).toFixed(1)} a kill; ${seconds} s\n`,
    )
    expect(cases.filter(({ breaches }) => breaches.length > 0).map(reportOf)).toStrictEqual([])
    expect(killed.length).toBeGreaterThan(150)
    expect(lost).toBeGreaterThan(0)
  })

  it.runIf(asked !== undefined)('leaves such a state after the one that was asked for', async () => {
    const at = /^\d+$/.test(asked ?? '') ? Number(asked) : { line: asked ?? '' }
    const outcome = await killedAt(flow, { at }, await startEngine(), resumers[0]!)
    process.stdout.write(
      `${outcome.killed ? 'killed after' : 'not reached:'} ${JSON.stringify(at)} (${outcome.effect})\n`,
    )
    expect(outcome.breaches).toStrictEqual([])
  })
})
