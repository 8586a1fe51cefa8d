import { frontierSize } from '#contract/state-machine.ts'
import { ModelExecutions, type StateOutcome } from '../../test/simulation/model-executions.ts'
import { Simulation } from '../../test/simulation/simulation.ts'
import { settled } from '../../test/simulation/virtual-time.ts'

/** Events in the history of the widest execution, counted as Step Functions does; where each launch is tried to the last, too. */
export async function historyEvents(outcome: Extract<StateOutcome, 'done' | 'again'>): Promise<number> {
  const sim = new Simulation({ seed: 'history', chances: {}, calmAfterMs: 0, latencyMs: 0, mostCrashes: 0 })
  const tokens: string[] = []
  const executions = new ModelExecutions(sim, sim.process('host'), {
    launch: async ({ token }) => {
      tokens.push(token)
      return outcome
    },
    settle: async () => outcome,
  })
  const tasks = Array.from({ length: frontierSize }, (_, at) => ({ task: `t${at}`, attempt: 1, clones: [0] }))
  await executions.start('widest', { run: 'run_00000001', tasks })
  while (await sim.time.next());
  for (const token of tokens) await executions.answer(token)
  await settled()
  while (await sim.time.next());
  return executions.events.get('widest') ?? 0
}
