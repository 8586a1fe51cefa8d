/**
 * `npm run bench -- soak [name] [workflows]`: runs what is too long for every change, and fails when anything is not as it
 * must be. `soak` alone runs all of them.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

interface Soak {
  /** Prints what it found; resolves to whether all was well. */
  readonly soak: (words: readonly string[]) => Promise<boolean>
}

const names = ['processes', 'simulator']
const [what, name, ...words] = process.argv.slice(2)
if (what !== 'soak' || (name !== undefined && !names.includes(name))) {
  console.error(`bench: npm run bench -- soak [${names.join(' | ')}] [how many] [seed]`)
  process.exit(2)
}

const failed: string[] = []
for (const one of name === undefined ? names : [name]) {
  const module = new URL(`soak-${one}.ts`, import.meta.url)
  if (!existsSync(fileURLToPath(module))) continue
  const { soak } = (await import(module.href)) as Soak
  console.log(`soak: ${one}`)
  if (!(await soak(words))) failed.push(one)
}
if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0
