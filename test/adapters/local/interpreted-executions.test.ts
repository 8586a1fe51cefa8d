import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { interpretedExecutions } from '#adapters/local/interpreted-executions.ts'
import type { LaunchInput, SettleInput } from '#contract/state-machine.ts'
import { executionsContract } from '../../contracts/executions.ts'

function open() {
  let tokens = 0
  const errors: unknown[] = []
  const launched: LaunchInput[] = []
  const settled: SettleInput[] = []
  const broken = new Set<string>()
  const executions = interpretedExecutions({ token: () => `token-${tokens++}` }, (error) => errors.push(error))
  executions.connect({
    launch: async (input) => {
      if (broken.has(input.slot.task)) throw new Error('launch is broken')
      launched.push(input)
    },
    settle: async (input) => {
      settled.push(input)
    },
  })
  const goOn = async () => {
    for (let turns = 0; turns < 20; turns += 1) await turn()
  }
  return { executions, launched, settled, broken, errors, goOn }
}

executionsContract(async () => {
  const { executions, launched, settled, broken, goOn } = open()
  return {
    executions,
    launched: () => launched,
    settled: () => settled,
    breakLaunchOf: (task) => broken.add(task),
    goOn,
    close: () => executions.close(),
  }
})

describe('interpreted executions', () => {
  const frontier = { run: 'run_00000001', tasks: [{ task: 'a', attempt: 1, clones: [0] }] }

  it('tell of a launch that threw', async () => {
    const { executions, broken, errors, goOn } = open()
    broken.add('a')
    await executions.start('one', frontier)
    await goOn()
    expect(errors).toStrictEqual([new Error('launch is broken')])
  })

  it('are given up when they close: no wait stays, nothing settles, and what is started then is left to a sweep', async () => {
    const { executions, launched, settled, goOn } = open()
    await executions.start('one', frontier)
    await goOn()
    await executions.close()
    await executions.start('two', frontier)
    await goOn()
    expect([launched.length, settled]).toStrictEqual([1, []])
    expect(await executions.answer('token-0', { outcome: 'won' })).toBe('spent')
  })
})
