import type { Sample } from '#core/prediction/prediction.ts'

/** Memory that history teaches, and why; `why` is `null` where it is as asked. */
export interface LearnedMemory {
  readonly memoryMiB: number
  readonly why: string | null
}

/** Share of clones that ran out of memory from which on a size is taken to be too small. */
const tooManyOut = 0.1
/** A clone whose peak stayed below this part of a size would have done with it. */
const comfortable = 0.8

/**
 * The least size, from the one asked for on, with which clones of this kind do not run out of memory: one with which they
 * came to a claim, else twice the greatest with which they ran out; never more than `mostMiB`. A size is too small when a
 * tenth of the clones that tell something of it ran out with as much. O(samples²) at worst, and they are few.
 */
export function learnedMemory(askedMiB: number, mostMiB: number, samples: readonly Sample[]): LearnedMemory {
  const out = sizes(samples.filter(({ cause }) => cause === 'out-of-memory'))
  const claimed = samples.filter(({ outcome }) => outcome === 'claimed')
  const given = sizes(claimed)
  let size = askedMiB
  while (size < mostMiB && isTooSmall(size)) {
    const larger = given.filter((one) => one > size)
    size = larger.length > 0 ? Math.min(...larger) : 2 * Math.max(...out)
  }
  const memoryMiB = Math.min(size, Math.max(askedMiB, mostMiB))
  if (memoryMiB === askedMiB) return { memoryMiB, why: null }
  const less = out.filter((one) => one < memoryMiB).length
  const most = size > memoryMiB ? ', the most that a pool has,' : ''
  return {
    memoryMiB,
    why: `${memoryMiB} MiB${most} instead of ${askedMiB} MiB: ${less} of its last ${samples.length} clones ran out of memory with less`,
  }

  function isTooSmall(size: number): boolean {
    const ranOut = out.filter((one) => one >= size).length
    const fitted = claimed.filter(
      ({ memoryMiB, peakMemoryMiB }) =>
        (memoryMiB !== null && memoryMiB <= size) || (peakMemoryMiB !== null && peakMemoryMiB <= comfortable * size),
    ).length
    return ranOut > 0 && ranOut / (ranOut + fitted) >= tooManyOut
  }
}

function sizes(samples: readonly Sample[]): readonly number[] {
  return samples.flatMap(({ memoryMiB }) => (memoryMiB === null ? [] : [memoryMiB]))
}
