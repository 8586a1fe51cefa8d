/**
 * What a detector saw at one sample; `score` is its own measure, larger in size is worse.
 * @typedef {{ index: number, score: number }} Flag
 *
 * A stretch of samples that at least one detector flagged. `peak` is the sample that was worst.
 * @typedef {{ first: number, last: number, peak: number, detectors: string[] }} AnomalyWindow
 */

/**
 * Merges the flags of several detectors into windows: flags at most `gap` samples apart belong together. The peak is that of
 * the first detector, in the order given, that flagged the window. O(n log n).
 * @param {Readonly<Record<string, readonly Flag[]>>} flagsByDetector
 * @param {number} gap
 * @returns {AnomalyWindow[]} in order of time
 */
export function mergeFlags(flagsByDetector, gap) {
  const detectors = Object.keys(flagsByDetector)
  const flags = detectors
    .flatMap((detector) => (flagsByDetector[detector] ?? []).map((flag) => ({ ...flag, detector })))
    .sort((a, b) => a.index - b.index)

  /** @type {(typeof flags)[]} */
  const groups = []
  for (const flag of flags) {
    const group = groups.at(-1)
    if (group !== undefined && flag.index - (group.at(-1)?.index ?? 0) <= gap) group.push(flag)
    else groups.push([flag])
  }

  return groups.map((group) => {
    const seen = detectors.filter((detector) => group.some((flag) => flag.detector === detector))
    const worst = group
      .filter(({ detector }) => detector === seen[0])
      .reduce((best, flag) => (Math.abs(flag.score) > Math.abs(best.score) ? flag : best))
    return { first: group[0]?.index ?? 0, last: group.at(-1)?.index ?? 0, peak: worst.index, detectors: seen }
  })
}
