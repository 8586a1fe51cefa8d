/** Something that happens at a moment of virtual time. */
interface Happening {
  readonly atMs: number
  readonly order: number
  readonly happen: () => void
}

/**
 * Time that goes on from happening to happening, in one thread. Between two of them every promise that can settle has
 * settled, so that nothing depends on the machine. Equal moments keep the order in which they were set.
 */
export class VirtualTime {
  readonly #heap: Happening[] = []
  #order = 0
  nowMs: number

  constructor(startMs: number) {
    this.nowMs = startMs
  }

  /** How much is still to happen. */
  get pending(): number {
    return this.#heap.length
  }

  after(delayMs: number, happen: () => void): void {
    this.#add({ atMs: this.nowMs + Math.max(0, delayMs), order: this.#order++, happen })
  }

  /** Goes on to the next happening and lets promises settle; `false` when nothing is to come. */
  async next(): Promise<boolean> {
    const happening = this.#take()
    if (happening === undefined) return false
    this.nowMs = happening.atMs
    happening.happen()
    await settled()
    return true
  }

  #add(happening: Happening): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(happening)
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!before(happening, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = happening
  }

  #take(): Happening | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1
      if (!before(heap[child]!, last)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
    return first
  }
}

function before(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

/** Ticks come after all promises that can settle: much cheaper than a turn of the event loop. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve)
  })
}
