/**
 * The candidate nearest to a word that was not understood, or nothing when none is near: at most a third of its
 * letters differ. Case is not counted. Only the first 1,000 candidates are looked at. O(candidates x length²).
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const asked = word.toLowerCase().slice(0, 64)
  let best: string | undefined
  let nearest = Math.max(1, Math.floor(asked.length / 3)) + 1
  let looked = 0
  for (const candidate of candidates) {
    if (++looked > 1_000) break
    const distance = editDistance(asked, candidate.toLowerCase(), nearest)
    if (distance < nearest) {
      best = candidate
      nearest = distance
    }
  }
  return best
}

/**
 * Letters to insert, delete, replace or swap with their neighbour (optimal string alignment); `tooFar` as soon as it
 * cannot be less.
 */
function editDistance(a: string, b: string, tooFar: number): number {
  if (Math.abs(a.length - b.length) >= tooFar) return tooFar
  let older: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    let least = row
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(previous, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1)
      let cost = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, replaced)
      if (row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(older, column - 2) + 1)
      }
      current.push(cost)
      least = Math.min(least, cost)
    }
    // A swap reaches back over one row, hence the one more.
    if (least > tooFar) return tooFar
    older = previous
    previous = current
  }
  return at(previous, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] as number
}
