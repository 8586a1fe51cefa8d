/** Lets so many works go on at once, each in a slot of its own, and others wait in the order in which they came. */
export class AtOnce {
  readonly #waiting: ((slot: number) => void)[] = []
  readonly #free: number[]

  constructor(limit: number) {
    this.#free = Array.from({ length: limit }, (_, slot) => slot)
  }

  /** `work` is told its slot, from 0 on, which is its own until it has ended. */
  async run<T>(work: (slot: number) => Promise<T>): Promise<T> {
    const slot = this.#free.pop() ?? (await new Promise<number>((resolve) => this.#waiting.push(resolve)))
    try {
      return await work(slot)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free.push(slot)
      else next(slot)
    }
  }

  /**
   * Runs `work` for each item. What has not begun when one fails never does; the first failure is thrown once the others have
   * ended.
   */
  async each<T>(items: readonly T[], work: (item: T, slot: number) => Promise<void>): Promise<void> {
    let failure: { readonly error: unknown } | undefined
    const one = async (item: T, slot: number) => {
      if (failure !== undefined) return
      try {
        await work(item, slot)
      } catch (error) {
        failure ??= { error }
      }
    }
    await Promise.all(items.map((item) => this.run((slot) => one(item, slot))))
    if (failure !== undefined) throw failure.error
  }
}
