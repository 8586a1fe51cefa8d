const none = 0

/**
 * Byte strings that are looked for all at once (Aho and Corasick): a state is how much of which of them was read last. One
 * step a byte whatever their number; about 20 bytes of memory for each of their bytes.
 */
export class BytePatterns {
  /** Greatest match that ends in a state; 0: none does. */
  readonly #match: Int32Array
  readonly #depth: Int32Array
  readonly #fallback: Int32Array
  readonly #byte: Uint8Array
  readonly #child: Int32Array
  readonly #sibling: Int32Array
  /** The children of the first state, by byte. */
  readonly #first = new Int32Array(256)
  #states = 1

  constructor(patterns: Iterable<Uint8Array>) {
    const all = [...patterns]
    const size = 1 + all.reduce((sum, pattern) => sum + pattern.length, 0)
    this.#match = new Int32Array(size)
    this.#depth = new Int32Array(size)
    this.#fallback = new Int32Array(size)
    this.#byte = new Uint8Array(size)
    this.#child = new Int32Array(size)
    this.#sibling = new Int32Array(size)
    for (const pattern of all) this.#add(pattern)
    this.#linkFallbacks()
  }

  /** The state after one more byte. The first one is 0. */
  next(state: number, byte: number): number {
    let from = state
    while (from !== none) {
      const found = this.#childOf(from, byte)
      if (found !== none) return found
      from = this.#fallback[from] as number
    }
    return this.#first[byte] as number
  }

  /** Length of the longest pattern that ends here; 0: none. */
  matchAt(state: number): number {
    return this.#match[state] as number
  }

  /** How many of the last bytes may belong to a match that is not whole yet. */
  depthOf(state: number): number {
    return this.#depth[state] as number
  }

  #childOf(state: number, byte: number): number {
    if (state === none) return this.#first[byte] as number
    let child = this.#child[state] as number
    while (child !== none && this.#byte[child] !== byte) child = this.#sibling[child] as number
    return child
  }

  #add(pattern: Uint8Array): void {
    let state = none
    for (const byte of pattern) {
      const known = this.#childOf(state, byte)
      state = known === none ? this.#grow(state, byte) : known
    }
    this.#match[state] = pattern.length
  }

  #grow(parent: number, byte: number): number {
    const state = this.#states
    this.#states += 1
    this.#byte[state] = byte
    this.#depth[state] = (this.#depth[parent] as number) + 1
    if (parent === none) this.#first[byte] = state
    else {
      this.#sibling[state] = this.#child[parent] as number
      this.#child[parent] = state
    }
    return state
  }

  /** Breadth first: a fallback is shorter, hence known before. */
  #linkFallbacks(): void {
    const queue = new Int32Array(this.#states)
    let end = 0
    for (const state of this.#first) if (state !== none) queue[end++] = state
    for (let at = 0; at < end; at += 1) {
      const state = queue[at] as number
      const fallback = this.#fallback[state] as number
      if (this.#match[state] === 0) this.#match[state] = this.#match[fallback] as number
      for (let child = this.#child[state] as number; child !== none; child = this.#sibling[child] as number) {
        this.#fallback[child] = this.next(fallback, this.#byte[child] as number)
        queue[end++] = child
      }
    }
  }
}
