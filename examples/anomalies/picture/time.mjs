const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * Day and month of an ISO time in UTC, such as `14 Feb`. Spelled out here, so that no locale changes the page.
 * @param {string} iso
 */
export function dayMonth(iso) {
  return `${Number(iso.slice(8, 10))} ${months[Number(iso.slice(5, 7)) - 1] ?? ''}`
}

/**
 * Minute of an ISO time in UTC, such as `14 Feb 03:20`.
 * @param {string} iso
 */
export function minute(iso) {
  return `${dayMonth(iso)} ${iso.slice(11, 16)}`
}
