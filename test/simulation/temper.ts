import { taskOf } from '#core/run/ids.ts'
import type { AgentOptions } from './agent.ts'
import type { Job } from './model-pools.ts'
import type { Scene } from './world.ts'

/** So many clones of a task may be lost to their agents before it is left in peace: more would spend its remedies. */
const mostLosses = 3

/** Which clones may misbehave, and how. */
export class Temper {
  readonly #scene: Scene
  readonly #losses = new Map<string, number>()

  /** Tasks that one clone is enough for. */
  readonly #races: ReadonlySet<string>

  constructor(scene: Scene) {
    this.#scene = scene
    const races = scene.workflow.tasks.filter(({ aggregate }) => aggregate.policy === 'first')
    this.#races = new Set(races.map(({ id }) => id))
  }

  of({ request: { slot } }: Job): Pick<AgentOptions, 'sim' | 'script' | 'mayHang' | 'mayStandStill'> {
    const { sim, script } = this.#scene
    return {
      sim,
      script,
      mayHang: slot.clone > 0 && this.#races.has(taskOf(slot.task)),
      mayStandStill: () => {
        const losses = this.#losses.get(slot.task) ?? 0
        this.#losses.set(slot.task, losses + 1)
        return losses < mostLosses
      },
    }
  }
}
