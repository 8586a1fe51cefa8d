/**
 * Reads lines of a word, a tab and its count.
 * @param {string} text
 * @returns {Map<string, number>}
 */
export function parseCounts(text) {
  const lines = text.split('\n').filter((line) => line !== '')
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('\t')), Number(line.slice(line.indexOf('\t') + 1))]))
}

/**
 * Adds the counts of each word over all texts.
 * @param {readonly ReadonlyMap<string, number>[]} all
 * @returns {Map<string, number>}
 */
export function addCounts(all) {
  /** @type {Map<string, number>} */
  const total = new Map()
  for (const counts of all) {
    for (const [word, count] of counts) total.set(word, (total.get(word) ?? 0) + count)
  }
  return total
}

/**
 * The words that are counted most, of those with at least `shortest` letters; equal counts in order of the words.
 * @param {ReadonlyMap<string, number>} counts
 * @param {{ limit: number, shortest: number }} options
 */
export function mostCommon(counts, { limit, shortest }) {
  return [...counts]
    .filter(([word]) => word.length >= shortest)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([word, count]) => ({ word, count }))
}
