/**
 * `node scripts/deployment-files.ts`: what `bin/app.ts` deploys besides its stacks, in `dist/deploy`: the functions, and the agent of
 * containers. The CDK runs it before the app (`cdk.json`); the package holds the same files.
 */
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { Metafile } from 'esbuild'
import { buildAgent } from './agent-bundle.ts'
import { buildLambdas } from './lambda-bundles.ts'

/** Makes them, over those that are there: whoever deploys meanwhile finds one or the other. */
export async function buildDeploymentFiles(folder: string): Promise<readonly Metafile[]> {
  return Promise.all([buildLambdas(`${folder}/lambdas`), buildAgent(folder)])
}

/** Files that they are made of, and how each was then. */
type Stamps = Readonly<Record<string, string>>

/** Makes them when what they are made of, or how, is not as it was: each `diff` and `deploy` asks for them. */
async function keepDeploymentFiles(folder: string): Promise<void> {
  const record = `${folder}/made-of.json`
  if (isAsItWas(record)) return
  const beganMs = Date.now()
  const made = await buildDeploymentFiles(folder)
  const inputs = made.flatMap((one) => Object.keys(one.inputs)).filter((path) => !path.includes(':'))
  const stamps = stampsOf([...inputs, ...globSync('scripts/*.ts')], beganMs)
  writeFileSync(record, JSON.stringify(stamps))
}

function isAsItWas(record: string): boolean {
  try {
    const stamps = JSON.parse(readFileSync(record, 'utf8')) as Stamps
    return Object.entries(stampsOf(Object.keys(stamps))).every(([path, stamp]) => stamps[path] === stamp)
  } catch {
    return false
  }
}

/** A file that was written after a moment has none that would ever be its own. */
function stampsOf(paths: readonly string[], untilMs = Infinity): Stamps {
  return Object.fromEntries(
    paths.map((path) => {
      const { mtimeMs, size } = statSync(path)
      return [path, mtimeMs > untilMs ? 'too new' : `${mtimeMs} ${size}`]
    }),
  )
}

if (import.meta.main) await keepDeploymentFiles('dist/deploy')
