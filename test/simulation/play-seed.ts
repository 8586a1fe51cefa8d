import { unexpectedIn } from '../properties/expected-run.ts'
import { lawsBroken } from '../properties/run-laws.ts'
import { seenRun } from '../properties/seen-run.ts'
import { scenarioOf } from './scenario-of.ts'
import { simulate, type Played, type WorldName } from './simulate.ts'

/** Plays a seed, and holds what came of it against the one pass over its tasks. */
export async function playSeed(seed: number, world: WorldName): Promise<Played> {
  const { run, scenario } = scenarioOf(seed, world)
  const played = await simulate(scenario)
  const breaches = [...played.breaches]
  for (const id of played.runs) {
    const seen = await seenRun(played.store, played.objects, id, run.workflow)
    breaches.push(...unexpectedIn(run, seen), ...lawsBroken(seen.history))
  }
  if (played.runs.length !== 1) breaches.push(`${played.runs.length} runs of one submission`)
  return { ...played, breaches }
}
