import type { LaunchInput, SettleInput } from '#contract/state-machine.ts'
import { executionsContract } from '../contracts/executions.ts'
import { ModelExecutions } from './model-executions.ts'
import { Simulation } from './simulation.ts'
import { settled } from './virtual-time.ts'

executionsContract(async () => {
  const conditions = { seed: 'contract', chances: {}, calmAfterMs: 0, latencyMs: 5, mostCrashes: 0 }
  const sim = new Simulation(conditions)
  const launched: LaunchInput[] = []
  const settledTasks: SettleInput[] = []
  const broken = new Set<string>()
  const executions = new ModelExecutions(sim, sim.process('host'), {
    launch: async (input) => {
      if (broken.has(input.slot.task)) return 'caught'
      launched.push(input)
      return 'done'
    },
    settle: async (input) => {
      settledTasks.push(input)
      return 'done'
    },
  })
  return {
    executions,
    launched: () => launched,
    settled: () => settledTasks,
    breakLaunchOf: (task) => broken.add(task),
    goOn: async () => {
      await settled()
      while (await sim.time.next()) await settled()
    },
    close: async () => undefined,
  }
})
