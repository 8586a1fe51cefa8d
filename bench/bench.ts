/**
 * `npm run bench -- engine | parse | api | staging | cost [words]`: measures, beside what it could be at best; see README.md.
 * `npm run bench -- soak [name] [words]`: runs what is too long for every change, and fails when anything is not as it must
 * be. `soak` alone runs all of them.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

interface Soak {
  /** Prints what it found; resolves to whether all was well. */
  readonly soak: (words: readonly string[]) => Promise<boolean>
}

interface Bench {
  /** Prints what it measured. */
  readonly bench: (words: readonly string[]) => Promise<void>
}

const soaks = ['processes', 'simulator', 'sizes', 'writes']
const benches = ['engine', 'parse', 'api', 'staging', 'cost']
const [what = '', ...words] = process.argv.slice(2)

if (benches.includes(what)) {
  const { bench } = (await import(new URL(`${what}.ts`, import.meta.url).href)) as Bench
  await bench(words)
} else if (what === 'soak' && (words[0] === undefined || soaks.includes(words[0]))) {
  await soakAll(words)
} else {
  console.error(`bench: npm run bench -- ${benches.join(' | ')} [rounds]`)
  console.error(`       npm run bench -- soak [${soaks.join(' | ')}] [how many] [seed]`)
  process.exitCode = 2
}

async function soakAll([name, ...rest]: readonly string[]): Promise<void> {
  const failed: string[] = []
  for (const one of name === undefined ? soaks : [name]) {
    const module = new URL(`soak-${one}.ts`, import.meta.url)
    if (!existsSync(fileURLToPath(module))) continue
    const { soak } = (await import(module.href)) as Soak
    console.log(`soak: ${one}`)
    if (!(await soak(rest))) failed.push(one)
  }
  if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`)
  process.exitCode = failed.length > 0 ? 1 : 0
}
