/** The greatest of many numbers, at least `floor`; unlike `Math.max` it takes any number of them. O(n). */
export function greatest(values: Iterable<number>, floor: number): number {
  let found = floor
  for (const value of values) if (value > found) found = value
  return found
}
