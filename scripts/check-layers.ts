/**
 * The layers gate: runs the rules of `.dependency-cruiser.mjs` over the product and fails on any breach, and on any source file
 * that was not read. The second half is needed: without a TypeScript parser dependency-cruiser reads no `.ts` file at all, says
 * "0 modules cruised" and exits 0.
 */
import { globSync } from 'node:fs'
import { cruise, format } from 'dependency-cruiser'
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'

const houses = ['bin', 'src', 'lambdas', 'lib'].filter((house) => globSync(`${house}/**/*.ts`).length > 0)
const sources = houses.flatMap((house) => globSync(`${house}/**/*.ts`))

const options = await extractDepcruiseOptions('./.dependency-cruiser.mjs')
const { output: result } = await cruise(houses, options, undefined, { tsConfig: extractTSConfig('tsconfig.json') })
if (typeof result === 'string') throw new Error('dependency-cruiser answered with a report instead of a result')

const read = new Set(result.modules.map((module) => module.source))
const unread = sources.filter((source) => !read.has(source))
const report = await format(result, { outputType: 'err-long' })
if (typeof report.output === 'string') console.log(report.output.trim())

if (sources.length === 0 || unread.length > 0) {
  console.error(
    `layers: ${sources.length - unread.length} of ${sources.length} source files were read, so the rules above prove nothing. ` +
      `Not read: ${unread.slice(0, 3).join(', ')}${unread.length > 3 ? ', …' : ''}. ` +
      'Check the exclusions in .dependency-cruiser.mjs and that the package "typescript" is a version with a JavaScript API.',
  )
}
process.exitCode = report.exitCode > 0 || sources.length === 0 || unread.length > 0 ? 1 : 0
