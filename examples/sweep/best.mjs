// Chooses the setting with the least error, and draws the errors of all as a map.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorMap } from './error-map.mjs'

const [fitsFolder = '', bestPath = '', errorsPath = ''] = process.argv.slice(2)
/** @type {{ path: string }[]} */
const items = JSON.parse(readFileSync(join(fitsFolder, 'items.json'), 'utf8'))
/** @type {import('./error-map.mjs').Fit[]} */
const fits = items.map(({ path }) => JSON.parse(readFileSync(join(fitsFolder, path), 'utf8')))
const [best] = [...fits].sort((a, b) => a.error - b.error || a.alpha - b.alpha || a.gamma - b.gamma)
if (best === undefined) throw new Error('there is no fit to choose from')

writeFileSync(bestPath, `${JSON.stringify({ best, fits }, null, 2)}\n`)
writeFileSync(errorsPath, errorMap(fits, best))
