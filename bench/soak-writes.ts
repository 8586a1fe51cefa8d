/**
 * `npm run bench -- soak writes [code] [first n] [every]`: every write of a small run refused from the n-th on, in each way
 * that a machine refuses; or each `every`-th.
 */
import { refusals, refusedAt } from '../test/catalogue/failing-writes.ts'

export async function soak([only, first = '1', every = '1']: readonly string[]): Promise<boolean> {
  let breaches = 0
  for (const code of refusals.filter((one) => only === undefined || one === only)) {
    let played = 0
    for (let n = Number(first); ; n += Number(every)) {
      const refused = await refusedAt(code, n)
      if (!refused.reached) break
      played += 1
      breaches += refused.breaches.length
      for (const breach of refused.breaches) console.error(`  ${code} ${n}: ${breach}`)
    }
    console.log(`${code}: refused from each of ${played} writes on`)
  }
  return breaches === 0
}
