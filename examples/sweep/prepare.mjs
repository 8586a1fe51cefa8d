// Turns a series of five-minute samples into hourly means.
import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { hourlyMeans } from './numerics/hourly.mjs'

const [csvPath = '', hourlyPath = ''] = process.argv.slice(2)
const hours = hourlyMeans(gunzipSync(readFileSync(csvPath)).toString('utf8'))
writeFileSync(hourlyPath, `${JSON.stringify(hours)}\n`)
