/** A call that is under way: what it does when it arrives. */
export interface PendingCall {
  readonly takeEffect: () => void
}

/** Something that dies as a whole: an engine, an invocation, an agent. A dead one never goes on. */
export class Process {
  readonly name: string
  readonly pending = new Set<PendingCall>()
  alive = true
  /** How far its clock is off. */
  skewMs = 0
  #mourners: (() => void)[] = []

  constructor(name: string) {
    this.name = name
  }

  onDeath(mourner: () => void): void {
    this.#mourners.push(mourner)
  }

  die(): void {
    if (!this.alive) return
    this.alive = false
    const mourners = this.#mourners
    this.#mourners = []
    for (const mourner of mourners) mourner()
  }
}
