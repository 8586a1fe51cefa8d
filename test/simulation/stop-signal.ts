/** Tells a job once that it is to end. */
export class StopSignal {
  told: string | undefined
  #hear: (() => void) | undefined

  tell(reason: string): void {
    if (this.told !== undefined) return
    this.told = reason
    this.#hear?.()
  }

  /** Resolves when it is told, or `done` does. */
  async orDone(done: Promise<void>): Promise<void> {
    if (this.told !== undefined) return
    const heard = new Promise<void>((resolve) => {
      this.#hear = resolve
    })
    await Promise.race([heard, done])
  }
}
