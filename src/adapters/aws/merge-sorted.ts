/** One sorted sequence from several that are sorted already; equal items in the order of their sources. O(sources) an item. */
export async function* mergeSorted<T>(
  sources: readonly AsyncIterator<T>[],
  order: (a: T, b: T) => number,
): AsyncGenerator<T, void> {
  const heads = await Promise.all(sources.map((source) => source.next()))
  for (;;) {
    let first: { readonly item: T; readonly from: number } | undefined
    for (const [from, head] of heads.entries()) {
      if (head.done === true) continue
      if (first === undefined || order(head.value, first.item) < 0) first = { item: head.value, from }
    }
    if (first === undefined) return
    yield first.item
    heads[first.from] = await (sources[first.from] as AsyncIterator<T>).next()
  }
}

/** The next items of a sequence, at most `count`; it can be gone on with. */
export async function takeNext<T>(items: AsyncIterator<T, void>, count: number): Promise<readonly T[]> {
  const taken: T[] = []
  while (taken.length < count) {
    const next = await items.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}
