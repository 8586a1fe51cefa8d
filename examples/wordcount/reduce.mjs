// Adds up the counts of all texts, and lists the words that are most common.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { addCounts, mostCommon, parseCounts } from './counts.mjs'

const { INPUT_COUNTS = '', PARAM_TOP = '', PARAM_SHORTEST = '', OUTPUT_WORDS = '', OUTPUT_LINE = '' } = process.env
/** @type {{ path: string }[]} */
const items = JSON.parse(readFileSync(join(INPUT_COUNTS, 'items.json'), 'utf8'))
const total = addCounts(items.map(({ path }) => parseCounts(readFileSync(join(INPUT_COUNTS, path), 'utf8'))))

const words = [...total.values()].reduce((sum, count) => sum + count, 0)
const top = mostCommon(total, { limit: Number(PARAM_TOP), shortest: Number(PARAM_SHORTEST) })
writeFileSync(OUTPUT_WORDS, `${JSON.stringify({ texts: items.length, words, distinct: total.size, top }, null, 2)}\n`)
writeFileSync(OUTPUT_LINE, `${words} words in ${items.length} texts, ${total.size} of them distinct\n`)
