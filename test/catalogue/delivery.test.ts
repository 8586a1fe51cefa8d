import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { causeOfReason } from '#core/failure/cause-of-reason.ts'
import { causes } from '#core/failure/cause.ts'
import { executionName } from '#operations/start-executions.ts'
import { dag } from '../builders/dag.ts'
import { from, leaves, over } from '../operations/drawn.ts'
import { userError } from '../operations/story.ts'
import { play, resultsOf, runOf, saidIn, slotsIn, steady } from './play.ts'

/** A ─▶ B[3] ─▶ C */
const workflow = dag('A, B, C', {
  A: { outputs: leaves('list'), clones: 2 },
  B: { forEach: over({ n: 'A.list' }), outputs: leaves('out') },
  C: { inputs: { all: from('B.out') }, outputs: leaves('out') },
})
const onSpot = dag('A -> B', {
  A: { outputs: leaves('out'), pool: { purchase: 'spot' } },
  B: { outputs: leaves('out'), pool: { purchase: 'spot' } },
})
/** Nothing takes time but work, so that costs can be compared to the last bit. */
const instant = { latencyMs: 0 } as const

describe('events of jobs', () => {
  test('1: each is delivered 2-5 times: the same states and the same cost as once', async () => {
    const once = await play(workflow, { conditions: instant })
    const often = await play(workflow, { conditions: instant, chances: { 'job event repeated': 1 } })

    expect(often.breaches).toStrictEqual([])
    expect(often.sim.faults.of('job event repeated')).toBeGreaterThan(4)
    expect((await runOf(often)).totals).toStrictEqual((await runOf(once)).totals)
    expect(await resultsOf(often)).toStrictEqual(await resultsOf(once))
  })

  test('2: they come in any order, before and after reports: the same states', async () => {
    const plain = await play(workflow)
    const chances = { 'job event delayed': 0.5, 'job event repeated': 0.5, 'call delayed': 0.1 } as const
    let reordered = 0
    for (const seed of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const shuffled = await play(workflow, { chances, conditions: { seed } })

      expect(shuffled.breaches).toStrictEqual([])
      reordered += shuffled.sim.faults.of('job event reordered')
      expect(await resultsOf(shuffled)).toStrictEqual(await resultsOf(plain))
    }
    expect(reordered).toBeGreaterThan(8)
  })

  test('3: they come before their submission was answered: none is lost', async () => {
    const early = await play(workflow, {
      chances: { 'job event before its submission was answered': 1 },
      script: (objects) => async (slot, assignment) => ({
        ...(await steady(objects)(slot, assignment)),
        takesS: 0.5,
      }),
    })

    expect(early.breaches).toStrictEqual([])
    expect(early.sim.faults.of('job event before its submission was answered')).toBeGreaterThan(2)
    expect((await runOf(early)).state).toBe('succeeded')
  })

  test('4: all are dropped: what was lost is found within a lease and two watches each', async () => {
    const chances = { 'job event dropped': 1, 'reclaimed without exit code': 1 } as const
    const silent = await play(onSpot, { chances })

    expect(silent.breaches).toStrictEqual([])
    expect((await runOf(silent)).state).toBe('succeeded')
    const reclaims = silent.sim.faults.of('reclaimed without exit code')
    expect(reclaims).toBeGreaterThan(1)
    expect(silent.endedMs).toBeLessThan((reclaims * (120 + 2 * 60) + 2 * 60) * 1000)
  })

  test('8: words that no pool has used yet come to a cause of the list, and never throw', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.integer({ min: 0, max: 255 })), (reason, exitCode) => {
        expect(causes).toContain(causeOfReason(reason, exitCode).cause)
      }),
    )
  })
})

describe('answers to waits', () => {
  test('5: every token is answered twice: the second answer is absorbed', async () => {
    const twice = await play(workflow, { chances: { 'token answered twice': 1 } })

    expect(twice.breaches).toStrictEqual([])
    expect(twice.sim.faults.of('token answered twice')).toBeGreaterThan(4)
    expect(twice.unanswered).toStrictEqual([])
    expect((await runOf(twice)).state).toBe('succeeded')
  })

  test.each([
    ['6: the answer fails once after the attempt was settled', 1],
    ['7: answers are throttled 20 times in a row', 20],
  ])('%s: every wait is answered in the end', async (_, times) => {
    const throttled = await play(workflow, { conditions: { rejects: { 'executions.answer': times } } })

    expect(throttled.breaches).toStrictEqual([])
    expect(throttled.sim.faults.of('call rejected before it took effect')).toBe(times)
    expect((await runOf(throttled)).state).toBe('succeeded')
    expect(throttled.unanswered).toStrictEqual([])
  })
})

describe('two at once', () => {
  const race = dag('A -> B', { A: { clones: 2, outputs: leaves('out') }, B: { inputs: { a: from('A.out') } } })

  test.each([
    ['fails', 'claims'],
    ['claims', 'fails'],
    ['claims', 'claims'],
  ])('9: one clone %s and the other %s in the same moment: one commit, no loser left', async (first, second) => {
    const played = await play(race, {
      conditions: instant,
      script: (objects) => async (slot, assignment) => {
        const how = slot.clone === 0 ? first : second
        const outcome =
          how === 'fails' && slot.task === 'A' ? { fails: userError() } : await steady(objects)(slot, assignment)
        return { ...outcome, takesS: 5 }
      },
    })

    expect(played.breaches).toStrictEqual([])
    expect((await runOf(played)).state).toBe('succeeded')
    expect(saidIn(played, 'task A: task.committed')).toBe(1)
  })

  test('10: every submission is taken twice: one commit each, the twins end well, no retry of the user is spent', async () => {
    const plain = await play(workflow)
    const doubled = await play(workflow, { chances: { 'job submitted twice': 1 } })

    expect(doubled.breaches).toStrictEqual([])
    expect(doubled.sim.faults.of('job submitted twice')).toBeGreaterThan(4)
    expect(saidIn(doubled, 'lease refused')).toBeGreaterThan(3)
    expect(await resultsOf(doubled)).toStrictEqual(await resultsOf(plain))
    for (const task of ['A', 'B[0]', 'B[1]', 'B[2]', 'C']) {
      expect([task, saidIn(doubled, `task ${task}: task.committed`)]).toStrictEqual([task, 1])
    }
    // Its twin may get the lease of one that stood still, which is no failure of the user's.
    const lost = (await slotsIn(doubled)).flatMap(({ failure }) => failure?.cause ?? [])
    expect(lost.filter((cause) => cause !== 'host-lost')).toStrictEqual([])
  })

  test('11: a frontier that is started again by a repeated message keeps its name, and is no second execution', async () => {
    const repeated = await play(workflow, { chances: { 'invocation repeated': 1, 'job event repeated': 1 } })

    expect(repeated.breaches).toStrictEqual([])
    expect(repeated.sim.faults.of('invocation repeated')).toBeGreaterThan(4)
    const started = repeated.sim.trace.filter((line) => line.includes('executions.start'))
    const names = started.filter((line) => line.endsWith('"started"')).map((line) => line.match(/run_\w+-\w+/)?.[0])
    expect(new Set(names).size).toBe(names.length)
  })

  test('11: the same frontier has the same name, any other one another name, which Step Functions takes', () => {
    const start = fc.record({
      task: fc.constantFrom('A', 'B', 'B[0]', 'B[1]'),
      attempt: fc.integer({ min: 1, max: 3 }),
      clones: fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1 }),
    })
    const frontier = fc.record({
      run: fc.constantFrom('run_00000001', 'run_00000002'),
      tasks: fc.array(start, { minLength: 1, maxLength: 3 }),
    })
    fc.assert(
      fc.property(frontier, frontier, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other)
        expect(executionName(one) === executionName(other)).toBe(isSame)
        expect(executionName(structuredClone(one))).toBe(executionName(one))
        expect(executionName(one)).toMatch(/^[\w-]{1,80}$/)
        expect(executionName(one, 'swept at 1')).not.toBe(executionName(one))
      }),
    )
  })
})
