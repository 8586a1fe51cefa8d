/**
 * `npm run bench -- soak simulator [seeds] [first seed]`: seeds of simulated worlds, half of them machines and half accounts,
 * on as many processes as there are worlds. Prints each failing seed with the command that replays it.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { FaultCounts, faultTypes, impossible } from '../test/simulation/faults.ts'
import { playSeed } from '../test/simulation/play-seed.ts'
import type { WorldName } from '../test/simulation/simulate.ts'

const usualSeeds = 100_000
const worlds = ['machine', 'account'] as const satisfies readonly WorldName[]

/** What a process tells at its end. */
interface Told {
  readonly world: WorldName
  readonly seeds: number
  readonly failed: readonly string[]
  readonly faults: Readonly<Record<string, number>>
}

export async function soak(words: readonly string[]): Promise<boolean> {
  const seeds = Math.ceil(Number(words[0] ?? usualSeeds) / worlds.length)
  const first = Number(words[1] ?? 0)
  const started = Date.now()
  const told = await Promise.all(worlds.map((world) => played(world, seeds, first)))
  const seconds = (Date.now() - started) / 1000
  console.log(`${seeds * worlds.length} seeds in ${seconds.toFixed(0)} s`)
  let well = true
  for (const { world, failed, faults } of told) {
    for (const line of failed) console.log(line)
    const missing = faultTypes.filter((type) => !impossible[world].includes(type) && (faults[type] ?? 0) === 0)
    if (missing.length > 0) console.log(`${world}: never happened: ${missing.join(', ')}`)
    console.log(`${world}: ${JSON.stringify(faults)}`)
    well &&= failed.length === 0 && missing.length === 0
  }
  return well
}

function played(world: WorldName, seeds: number, first: number): Promise<Told> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [world, String(seeds), String(first)])
    child.on('message', (told) => resolve(told as Told))
    child.on('exit', (code) => reject(new Error(`the ${world} process ended with ${code} and told nothing`)))
  })
}

async function playAll(world: WorldName, seeds: number, first: number): Promise<Told> {
  const faults = new FaultCounts()
  const failed: string[] = []
  for (let seed = first; seed < first + seeds; seed += 1) {
    const { breaches, sim } = await playSeed(seed, world)
    faults.addAll(sim.faults)
    if (breaches.length > 0) {
      failed.push(`SEED=${seed} npx vitest run test/simulation/seeds-${world}.test.ts\n  ${breaches[0]}`)
    }
  }
  const counts = Object.fromEntries(faultTypes.map((type) => [type, faults.of(type)]))
  return { world, seeds, failed, faults: counts }
}

const [world, seeds, first] = process.argv.slice(2)
if (process.send !== undefined && (world === 'machine' || world === 'account')) {
  process.send(await playAll(world, Number(seeds), Number(first)))
}
