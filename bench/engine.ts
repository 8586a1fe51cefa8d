/**
 * `npm run bench -- engine [rounds] [largest]`: commands that do nothing, run by the command line of the built package, beside
 * what starting them costs at least. All whole processes, in turn within each round. The best wall time and the median CPU time
 * are told; ratios are of neighbours in time.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtPackage } from './built-package.ts'
import { measured, type Measured, type MeasuredOptions } from './measured-process.ts'

const spawnLoop = fileURLToPath(new URL('spawn-loop.mjs', import.meta.url))

const wide = 1_000
const chain = 100
const sizes = [100, 1_000, 10_000]

const pools = `apiVersion: forkcast/v1
machine: { vcpus: 2, memory: 4GiB }
seed: 1
pools: { hot-cpu: { vcpus: 2, memory: 4GiB } }
`

export async function bench([rounds = '3', largest = '10000']: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-bench-'))
  try {
    writeFileSync(join(folder, 'pools.yaml'), pools)
    builtPackage(folder)
    console.log(`Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model}; load ${load()} before`)
    const engine = (name: string, tasks: object, more: Partial<MeasuredOptions> = {}): Promise<Measured> =>
      run(folder, name, tasks, more)
    await engine('warm', wideTasks(20))
    const one = await repeated(2 * Number(rounds), () =>
      engine('one', { only: noOp([]) }, { firstLine: /"task\.committed"/ }),
    )
    const cache = (): Record<string, string> => ({ XDG_CACHE_HOME: mkdtempSync(join(folder, 'cache-')) })
    const cold = await repeated(Number(rounds), () =>
      engine('cold', { only: noOp([]) }, { firstLine: /"task\.committed"/, env: cache() }),
    )
    console.log(
      `one task: ${shown(one)}; first result after ${best(one, 'firstMs')} ms (${median(one, 'firstMs')} median)`,
    )
    console.log(`one task, nothing compiled before: first result after ${best(cold, 'firstMs')} ms`)

    const lines = join(folder, 'lines')
    writeFileSync(lines, Array.from({ length: wide }, (_, at) => `${at}\n`).join(''))
    writeFileSync(join(folder, 'Makefile'), makefile(wide))
    mkdirSync(join(folder, 'logs'))
    const runners: Readonly<Record<string, () => Promise<Measured>>> = {
      forkcast: () => engine('wide', wideTasks(wide)),
      'Node loop': () => measured([process.execPath, spawnLoop, String(wide), join(folder, 'logs')], { cwd: folder }),
      'xargs -P2': () => measured(['xargs', '-a', lines, '-P2', '-n1', '/bin/true'], { cwd: folder }),
      'make -j2': () => measured(['make', '-s', '-j2'], { cwd: folder }),
    }
    const results = new Map(Object.keys(runners).map((name) => [name, [] as Measured[]]))
    for (let round = 0; round < Number(rounds); round += 1) {
      for (const [name, act] of Object.entries(runners)) results.get(name)?.push(await act())
    }
    console.log(`wide, ${wide} tasks and a join, two at a time:`)
    for (const [name, all] of results) {
      const perTask = (median(all, 'cpuMs') / wide).toFixed(2)
      console.log(
        `  ${name.padEnd(10)} ${shown(all)}, ${Math.round((wide / best(all, 'wallMs')) * 1000)} tasks/s, ${perTask} CPU ms a task`,
      )
    }
    const loops = results.get('Node loop') ?? []
    const ratios = (results.get('forkcast') ?? []).map(({ wallMs }, at) => (loops[at]?.wallMs ?? 0) / wallMs)
    console.log(`  of the speed of the Node loop, by pairs: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`)

    const chained = await repeated(Number(rounds), () => engine('chain', chainTasks(chain)))
    const linkMs = (best(chained, 'wallMs') - best(one, 'wallMs')) / (chain - 1)
    console.log(`chain of ${chain}: ${shown(chained)}, ${linkMs.toFixed(1)} ms a link beyond the first`)

    const costs: (readonly [tasks: number, cpuMs: number])[] = []
    for (const tasks of sizes.filter((size) => size <= Number(largest))) {
      const all = await repeated(tasks <= wide ? Number(rounds) : 1, () => engine(`wide-${tasks}`, wideTasks(tasks)))
      const cpuMs = median(all, 'cpuMs') - median(one, 'cpuMs')
      costs.push([tasks, cpuMs])
      console.log(`${tasks} wide: ${shown(all)}, ${(cpuMs / tasks).toFixed(2)} CPU ms a task beyond the first`)
    }
    console.log(
      `CPU time grows with the number of tasks to the power of ${exponent(costs).toFixed(2)}; load ${load()} after`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * One run in a state directory of its own, which stays until the end: file systems that are slow to give out again what was
 * just given back would make the next run pay for the removal of the one before.
 */
async function run(folder: string, name: string, tasks: object, more: Partial<MeasuredOptions>): Promise<Measured> {
  const file = join(folder, `${name}.json`)
  writeFileSync(file, JSON.stringify({ apiVersion: 'forkcast/v1', name, code: 'none', tasks }))
  const dir = mkdtempSync(join(folder, 'state-'))
  const output = more.firstLine === undefined ? '-q' : '--json=stream'
  const words = [
    join(folder, 'package/bin/forkcast.mjs'),
    'run',
    file,
    output,
    '--dir',
    dir,
    '--pools',
    join(folder, 'pools.yaml'),
  ] as const
  return measured([process.execPath, ...words], { cwd: folder, env: { XDG_CACHE_HOME: folder }, ...more })
}

const noOp = (needs: readonly string[]) => ({ run: ['/bin/true'], needs })

function wideTasks(count: number): Readonly<Record<string, object>> {
  const names = Array.from({ length: count }, (_, at) => `t${at}`)
  return Object.fromEntries([...names.map((name) => [name, noOp([])] as const), ['join', noOp(names)]])
}

function chainTasks(count: number): Readonly<Record<string, object>> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, noOp(at === 0 ? [] : [`t${at - 1}`])]))
}

function makefile(count: number): string {
  const names = Array.from({ length: count }, (_, at) => `t${at}`)
  return `all: ${names.join(' ')}\n.PHONY: all ${names.join(' ')}\n${names.join(' ')}:\n\t/bin/true\n`
}

async function repeated(times: number, act: () => Promise<Measured>): Promise<readonly Measured[]> {
  const all: Measured[] = []
  for (let time = 0; time < times; time += 1) all.push(await act())
  return all
}

type Figure = keyof Measured

function sorted(all: readonly Measured[], figure: Figure): readonly number[] {
  return all.map((one) => one[figure] ?? Infinity).toSorted((a, b) => a - b)
}

function best(all: readonly Measured[], figure: Figure): number {
  return Math.round(sorted(all, figure)[0] ?? Infinity)
}

function median(all: readonly Measured[], figure: Figure): number {
  return Math.round(sorted(all, figure)[all.length >> 1] ?? Infinity)
}

function shown(all: readonly Measured[]): string {
  const seconds = (ms: number | undefined): string => ((ms ?? 0) / 1000).toFixed(2)
  const worst = seconds(sorted(all, 'wallMs').at(-1))
  const peak = Math.round(sorted(all, 'peakMiB').at(-1) ?? 0)
  return `${seconds(best(all, 'wallMs'))} s (worst ${worst}), CPU ${seconds(median(all, 'cpuMs'))} s, ${peak} MiB`
}

/** The slope of the line through the points in logarithms, by least squares. */
function exponent(points: readonly (readonly [number, number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const)
  const mean = (at: 0 | 1): number => logs.reduce((sum, point) => sum + point[at], 0) / logs.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const over = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return over / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}

function load(): string {
  return loadavg()
    .map((average) => average.toFixed(1))
    .join(' ')
}
