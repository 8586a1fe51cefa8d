/** Less is not told apart. */
const leastUsd = 1e-6

/** US dollars for a person: two decimals, or two digits that count where those would hide the amount. */
export function money(usd: number): string {
  if (usd === 0) return '$0'
  if (usd < leastUsd) return `<$${leastUsd.toFixed(6)}`
  if (usd >= 0.995) return `$${usd.toFixed(2)}`
  const digits = Math.min(12, 1 - Math.floor(Math.log10(usd)))
  return `$${usd.toFixed(Math.max(2, digits)).replace(/(\.\d\d\d*?)0+$/, '$1')}`
}
