/**
 * @typedef {import('./windows.mjs').AnomalyWindow & { from: string, to: string, peakAt: string, peakValue: number, zscore: number | null, agreed: boolean }} Finding
 * @typedef {{ name: string, label: string, unit: string, windows: Finding[] }} Verdict
 * @typedef {{ rank: number, name: string, label: string, unit: string, agreed: number, single: number, worst: Finding | null }} Ranked
 */

/**
 * Orders series by the strongest score of a window in which detectors agree, then by the number of such windows, then by name.
 * @param {readonly Verdict[]} verdicts
 * @returns {Ranked[]}
 */
export function rankSeries(verdicts) {
  return verdicts
    .map(({ name, label, unit, windows }) => {
      const agreed = windows.filter((found) => found.agreed)
      const worst = agreed.reduce(
        (/** @type {Finding | null} */ best, found) =>
          best === null || strength(found) > strength(best) ? found : best,
        null,
      )
      return { name, label, unit, agreed: agreed.length, single: windows.length - agreed.length, worst }
    })
    .sort((a, b) => strength(b.worst) - strength(a.worst) || b.agreed - a.agreed || (a.name < b.name ? -1 : 1))
    .map((entry, index) => ({ rank: index + 1, ...entry }))
}

/** @param {Finding | null} found */
function strength(found) {
  return Math.abs(found?.zscore ?? 0)
}
