/**
 * Rounds to `digits` significant digits, which drops the last bits, where machines may differ.
 * @param {number} value
 * @param {number} [digits]
 * @returns {number}
 */
export function significant(value, digits = 6) {
  return Number(value.toPrecision(digits))
}
