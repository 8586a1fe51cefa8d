/**
 * The mean of at least one finite number: their compensated sum (Neumaier) in the order given, divided by how many there are, and
 * no less than the least nor more than the greatest of them, so that equal numbers are their own mean. Linear.
 */
export function mean(numbers: readonly number[]): number {
  const count = numbers.length
  const total = compensatedSum(numbers)
  if (Number.isFinite(total)) return within(numbers, total / count)
  // The sum is too great, the mean is not: a power of two scales without rounding.
  const scale = 2 ** Math.ceil(Math.log2(count))
  return within(numbers, (compensatedSum(numbers.map((number) => number / scale)) / count) * scale)
}

/** The middle one of at least one finite number, or half of each of the two middle ones added. O(n log n). */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1] as number, sorted[Math.floor(middle)] as number]
  return within([low, high], low / 2 + high / 2)
}

function compensatedSum(numbers: readonly number[]): number {
  let sum = 0
  let lost = 0
  for (const number of numbers) {
    const next = sum + number
    // What the greater of the two pushed out of the smaller.
    lost += Math.abs(sum) >= Math.abs(number) ? sum - next + number : number - next + sum
    sum = next
  }
  return sum + lost
}

function within(numbers: readonly number[], number: number): number {
  return Math.min(Math.max(...numbers), Math.max(Math.min(...numbers), number))
}
