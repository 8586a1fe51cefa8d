import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startVitest } from 'vitest/node'
import { functionSizes } from '../lib/control-plane/function-sizes.ts'
import { type BillLine, billOf, type LogBytes, medianMs } from './cost/bill.ts'
import { historyEvents } from './cost/history.ts'
import { logBytes } from './cost/log-bytes.ts'
import { prices } from './cost/prices.ts'
import type { CostCounts } from './cost/runs.ts'
import { type CostShape, costShapes } from './cost/shapes.ts'
import { measuredStarts, type Start } from './cost/starts.ts'
import type { TracedRun } from './cost/traced-run.ts'

/** What tasks cost in an account, counted on an emulated one: `wide`, `chain`, `race`, or all. */
export async function bench(words: readonly string[]): Promise<void> {
  const { runs, sizes } = await counted(words.length > 0 ? words : costShapes.map(({ name }) => name))
  const logs = await logBytes()
  for (const run of runs) {
    const shape = costShapes.find(({ name }) => name === run.shape)
    if (shape !== undefined) tell(shape, run, logs)
  }
  console.log('\nbytes of the longest texts, packed, by width of the run')
  for (const [width, longest] of sizes) console.log(`${String(width).padStart(6)}  ${JSON.stringify(longest)}`)
  const [done, again] = [await historyEvents('done'), await historyEvents('again')]
  console.log(`\nevents of the widest execution: ${done}; with every launch tried nine times ${again}; goal 5,000`)
  tellStarts(await measuredStarts())
}

/** Runs the shapes on an emulated account, and counts. */
async function counted(costNames: readonly string[]): Promise<CostCounts> {
  const folder = await mkdtemp(join(tmpdir(), 'forkcast-cost-'))
  const costFile = join(folder, 'counts.json')
  try {
    const vitest = await startVitest([], {
      config: false,
      watch: false,
      include: ['bench/cost/runs.ts'],
      globalSetup: ['test/account/start-emulators.ts'],
      hookTimeout: 60_000,
      provide: { costFile, costNames },
    })
    await vitest.close()
    return JSON.parse(await readFile(costFile, 'utf8')) as CostCounts
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function tell(shape: CostShape, run: TracedRun, logs: LogBytes): void {
  const { name, tasks, clones, goalUsd } = shape
  const lines = billOf(shape, run, logs)
  console.log(`\n${name}: ${tasks} tasks, ${clones === 1 ? 'a clone' : `${clones} clones`} each; a task:`)
  for (const line of lines) console.log(lineOf(line))
  const total = lines.reduce((sum, { count, price }) => sum + count * price.usd, 0)
  const worst = lines.reduce((sum, { worstCount, price }) => sum + worstCount * price.usd, 0)
  const met = worst <= goalUsd ? 'met' : total <= goalUsd ? 'met at best' : 'NOT MET'
  console.log(`  total ${usd(total)} to ${usd(worst)} USD, goal ${usd(goalUsd)}: ${met}`)
  // A state of a Map for one job; of a race also the Parallel that holds its branches.
  const plain = (clones === 1 ? 1 : clones + 1) * prices.transition.usd
  console.log(`  a Map with one batch:submitJob.sync for each clone, and nothing else: ${usd(plain)} USD`)
  console.log(`  refused here: ${refusedOf(run, tasks)}`)
  console.log(`  calls: ${callsOf(run, tasks)}`)
}

function lineOf({ what, count, worstCount, price }: BillLine): string {
  const worst = worstCount === count ? '' : ` to ${usd(worstCount * price.usd)}`
  return `  ${what.padEnd(20)} ${figure(count).padStart(10)} ${usd(count * price.usd)}${worst}`
}

/** Write units of transactions that another process was before, and how long a transaction took. */
function refusedOf({ invocations }: TracedRun, tasks: number): string {
  const calls = invocations.flatMap((one) => one.calls)
  const units = calls.reduce((sum, { failed, writeUnits }) => sum + (failed ? writeUnits : 0), 0)
  return `${figure(units / tasks)} units, at ${medianMs(calls).toFixed(0)} ms a transaction`
}

/** Requests of services by all functions, a task. */
function callsOf({ invocations }: TracedRun, tasks: number): string {
  const counts = new Map<string, number>()
  for (const { name } of invocations.filter(({ what }) => !what.startsWith('GET ')).flatMap(({ calls }) => calls)) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${(count / tasks).toFixed(1)}`)
    .join(', ')
}

function tellStarts(starts: readonly Start[]): void {
  console.log(
    '\nfunctions: MiB bundled; ms to load on this machine, best of 3; CPU ms, and at its share of a processor',
  )
  for (const { name, bytes, importMs, cpuMs } of starts) {
    const share = Math.min(1, functionSizes[name].memoryMiB / 1_769)
    const figures = [(bytes / 1024 ** 2).toFixed(2), importMs.toFixed(0), cpuMs.toFixed(0), (cpuMs / share).toFixed(0)]
    console.log(`  ${name.padEnd(12)} ${figures.map((one) => one.padStart(7)).join('')}`)
  }
}

function figure(count: number): string {
  return count < 0.01 ? count.toExponential(2) : count.toFixed(2)
}

function usd(amount: number): string {
  return amount.toFixed(7)
}
