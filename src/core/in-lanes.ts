/**
 * Does `work` on each item, begun in their order, at most `lanes` at a time. All are done, whatever becomes of one; then the first
 * failure is thrown.
 */
export async function inLanes<T, R>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const queue = items.entries()
  const results: PromiseSettledResult<R>[] = []
  const lane = async () => {
    for (const [index, item] of queue) {
      const [result] = await Promise.allSettled([work(item)])
      results[index] = result
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
