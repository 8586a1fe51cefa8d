import { canonicalHash } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import { expectedRun } from '../properties/expected-run.ts'
import { scenarioOf } from './scenario-of.ts'
import { simulate, type Played, type WorldName } from './simulate.ts'

/** Plays a seed, and holds what came of it against the one pass over its tasks. */
export async function playSeed(seed: number, world: WorldName): Promise<Played> {
  const { run, scenario } = scenarioOf(seed, world)
  const expected = expectedRun(run)
  const played = await simulate(scenario)
  const breaches = [...played.breaches]
  for (const id of played.runs) {
    const record = (await played.store.rows.get(id, 'run', 'run'))!.value
    const cancelled = record.state === 'cancelled'
    if (record.state === 'cancelling') continue
    const tasks = (await played.store.rows.list(id, 'task', { limit: 1000 })).items
    const seen = new Set<string>()
    for (const { id: task, value } of tasks) {
      seen.add(task)
      if (!(cancelled && value.state === 'cancelled') && value.state !== expected.states[task]) {
        breaches.push(`${task} is ${value.state} (${value.error}), expected ${expected.states[task]}`)
      }
      const output = value.outputs?.['out']
      if (output === undefined || output.type === 'directory') continue
      const bytes = await played.objects.read(output.object)
      const left = bytes === undefined ? null : (JSON.parse(new TextDecoder().decode(bytes)) as Json)
      if (canonicalHash(left) !== canonicalHash(expected.outputs[task] ?? null)) {
        breaches.push(`${task}.out is ${JSON.stringify(left)}, expected ${JSON.stringify(expected.outputs[task])}`)
      }
    }
    const missing = Object.keys(expected.states).filter((task) => !seen.has(task))
    if (!cancelled) breaches.push(...missing.map((task) => `${task} is not there`))
  }
  if (played.runs.length !== 1) breaches.push(`${played.runs.length} runs of one submission`)
  return { ...played, breaches }
}
