/** Items in order, each at most once. Finding is O(log n); adding and removing also move what follows. */
export class SortedList<T> {
  readonly #compare: (a: T, b: T) => number
  readonly #items: T[] = []

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  add(item: T): void {
    const index = this.#firstFrom(item)
    const found = this.#items[index]
    if (found === undefined || this.#compare(found, item) !== 0) this.#items.splice(index, 0, item)
  }

  delete(item: T): void {
    const index = this.#firstFrom(item)
    const found = this.#items[index]
    if (found !== undefined && this.#compare(found, item) === 0) this.#items.splice(index, 1)
  }

  /** Items in order, from the first that is not less than `least`; not to be iterated while the list changes. */
  *from(least?: T): Generator<T, void> {
    for (let index = least === undefined ? 0 : this.#firstFrom(least); index < this.#items.length; index += 1) {
      yield this.#items[index] as T
    }
  }

  #firstFrom(least: T): number {
    let low = 0
    let high = this.#items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(this.#items[middle] as T, least) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
