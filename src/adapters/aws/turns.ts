/** Work of this process on the same things, one after another in the order in which it was asked for. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Starts `work` once all work asked for before on any of `keys`, or on any of `after`, has ended, well or not. */
  async take<T>(keys: readonly string[], work: () => Promise<T>, after: readonly string[] = []): Promise<T> {
    const done = Promise.all([...keys, ...after].flatMap((key) => this.#last.get(key) ?? [])).then(work)
    const ended = done.catch(() => undefined)
    for (const key of keys) this.#last.set(key, ended)
    try {
      return await done
    } finally {
      for (const key of keys) if (this.#last.get(key) === ended) this.#last.delete(key)
    }
  }
}
