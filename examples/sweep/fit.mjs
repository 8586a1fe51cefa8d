// Backtests one setting of the forecaster.
import { readFileSync, writeFileSync } from 'node:fs'
import { backtest } from './numerics/backtest.mjs'
import { holtWinters } from './numerics/holt-winters.mjs'
import { seasonalNaive } from './numerics/seasonal-naive.mjs'

const [hourlyPath = '', alpha = '', gamma = '', horizon = '', fitPath = ''] = process.argv.slice(2)
/** @type {number[]} */
const hours = JSON.parse(readFileSync(hourlyPath, 'utf8'))

const dayHours = 24
const rates = { alpha: Number(alpha), gamma: Number(gamma) }
const rules = { horizon: Number(horizon), firstOrigin: 7 * dayHours, every: 6 }
const error = backtest(hours, (past, ahead) => holtWinters(past, ahead, { ...rates, period: dayHours }), rules)
const naive = backtest(hours, (past, ahead) => seasonalNaive(past, ahead, dayHours), rules)

const fit = { ...rates, error: Number(error.toPrecision(6)), relative: Number((error / naive).toPrecision(4)) }
writeFileSync(fitPath, `${JSON.stringify(fit)}\n`)
