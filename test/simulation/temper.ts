import type { AgentOptions } from './agent.ts'
import type { Job } from './model-pools.ts'
import type { Scene } from './world.ts'

/** So many clones of a task may be lost to their agents before it is left in peace: more would spend its remedies. */
const mostLosses = 3

/** Which clones may misbehave, and how. */
export class Temper {
  readonly #scene: Scene
  readonly #losses = new Map<string, number>()

  constructor(scene: Scene) {
    this.#scene = scene
  }

  of({ request: { slot } }: Job): Pick<AgentOptions, 'sim' | 'script' | 'mayHang' | 'mayStandStill'> {
    const { sim, script } = this.#scene
    return {
      sim,
      script,
      mayHang: slot.clone > 0,
      mayStandStill: () => {
        const losses = this.#losses.get(slot.task) ?? 0
        this.#losses.set(slot.task, losses + 1)
        return losses < mostLosses
      },
    }
  }
}
