/** `npm run bench -- soak sizes [bytes]`: an output beyond what 32 bits count, through a whole run; needs twice its size of disk. */
import { greatOutput } from '../test/catalogue/great-output.ts'

/** Five GiB and a few. */
const usualBytes = 5 * 1024 ** 3 + 3

export async function soak([bytes = String(usualBytes)]: readonly string[]): Promise<boolean> {
  const started = performance.now()
  const breaches = greatOutput(Number(bytes))
  for (const breach of breaches) console.error(`  ${breach}`)
  console.log(`${bytes} bytes in ${((performance.now() - started) / 1000).toFixed(0)} s, ${breaches.length} breaches`)
  return breaches.length === 0
}
