import fc from 'fast-check'
import { seededRandom, type Random } from '#core/random.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { drawnClones } from '../properties/drawn-clones.ts'
import { randomRuns, type RandomRun } from '../properties/random-workflow.ts'
import type { Scenario, WorldName } from './simulate.ts'
import { drawWeather } from './weather.ts'

const roomy = { vcpus: 100, memoryMiB: 100_000, gpus: 0 }
const cheap = { usdPerVcpuHour: 0.001, usdPerGiBHour: 0, usdPerGpuHour: 0 }

/** Two kinds of on-demand capacity, and cheap hosts that may be taken away. */
export const pools = [
  emulatedPool('hot', { tier: 'hot', ...roomy }),
  emulatedPool('spare', { ...roomy, startDelay: { kind: 'fixed', seconds: 1 } }),
  emulatedPool('spot', { ...roomy, purchase: 'spot', price: cheap, startDelay: { kind: 'fixed', seconds: 2 } }),
].map(({ pool }) => pool)

/** A seed's workflow and weather. */
export interface Drawn {
  readonly run: RandomRun
  readonly scenario: Scenario
}

/** All that a seed stands for. */
export function scenarioOf(seed: number, world: WorldName): Drawn {
  const [run] = fc.sample(randomRuns({ min: 3, max: 9 }), { seed, numRuns: 1 }) as [RandomRun]
  const random = seededRandom(`weather ${seed}`)
  const chances = drawWeather(random, world)
  const calmAfterMs = 5000 + random.next() ** 2 * 400_000
  const latencyMs = 2 * 100 ** random.next()
  const vcpus = random.next() < 0.3 ? 2 + Math.floor(random.next() * 6) : 100
  const cancelled = random.next()
  const cancelAtCall = cancelled < 0.1 ? Math.floor(20 + random.next() ** 2 * 1500) : undefined
  const cancelAtStep = cancelled > 0.85 ? Math.ceil(random.next() ** 2 * 60) : undefined
  const stepsBack = chances['clock steps back'] === undefined ? [] : [stepBack(random.next() * calmAfterMs, random)]
  const scenario: Scenario = {
    world,
    conditions: {
      seed: `${world} ${seed}`,
      chances,
      calmAfterMs,
      latencyMs,
      mostCrashes: world === 'machine' ? 4 : 200,
      ...(cancelAtCall === undefined ? {} : { cancelAtCall }),
      ...(cancelAtStep === undefined ? {} : { cancelAtStep }),
    },
    workflow: run.workflow,
    params: run.params,
    script: (objects) => drawnClones(run, objects),
    pools,
    machine: { ...roomy, vcpus },
    meanwhile: stepsBack,
    forcesEveryMs: 300_000,
  }
  return { run, scenario }
}

type Meanwhile = NonNullable<Scenario['meanwhile']>[number]

function stepBack(afterMs: number, random: Random): Meanwhile {
  return {
    afterMs,
    happens: (_world, sim) => {
      sim.stepMs += random.next() < 0.3 ? 30_000 : -30_000
      sim.count('clock steps back')
    },
  }
}
