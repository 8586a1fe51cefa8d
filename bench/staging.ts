import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { asProgram } from '../scripts/agent-bundle.ts'
import { LoopbackS3 } from '../test/builders/loopback-s3.ts'
import { measured } from './measured-process.ts'

const mib = 1024 ** 2
const node = process.execPath
const script = (name: string): string => join(import.meta.dirname, name)

interface Load {
  readonly kind: string
  readonly count: number
  readonly bytes: number
}

/**
 * `npm run bench -- staging [MB] [files] [noise | rows | small]`: a large file of noise, one of rows, and many small ones, out
 * and in again, locally and over S3.
 */
export async function bench([megabytes = '5000', files = '10000', only]: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-staging-'))
  const fewer = Number(megabytes) * 1e6
  // As an agent is: one file, without types.
  const entryPoints = { agent: script('staging-process.ts') }
  await build({ ...asProgram, entryPoints, outdir: folder, outExtension: { '.js': '.mjs' } })
  const loads = [
    { kind: 'noise', count: 1, bytes: fewer },
    { kind: 'rows', count: 1, bytes: fewer },
    { kind: 'small', count: Number(files), bytes: 4096 },
  ]
  await using s3 = await LoopbackS3.start(join(folder, 'bucket'))
  try {
    console.log(`load ${loadavg()[0]?.toFixed(1)}; wall s | MB/s | CPU s | peak MiB`)
    for (const load of loads.filter(({ kind }) => only === undefined || kind === only)) {
      await local(folder, load)
      await remote(folder, load, s3)
    }
    console.log(`load ${loadavg()[0]?.toFixed(1)}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function local(folder: string, load: Load): Promise<void> {
  const { kind } = load
  fill(folder, load)
  await row(load, 'floor: cp -r', ['cp', '-r', '--reflink=auto', join(folder, kind), join(folder, 'in')], folder)
  await row(load, 'local out', [node, join(folder, 'agent.mjs'), 'out', folder, kind, 'plain'], folder)
  await row(load, 'local in', [node, join(folder, 'agent.mjs'), 'in', folder, kind, 'plain'], folder)
  for (const name of ['state', kind]) rmSync(join(folder, name), { recursive: true })
}

async function remote(folder: string, load: Load, s3: LoopbackS3): Promise<void> {
  const { kind, count } = load
  fill(folder, load)
  const floor = (what: 'get' | 'put'): readonly [string, ...string[]] => {
    const names = Array.from({ length: count }, (_, index) => `${kind}/${index}`)
    return [node, script('staging-floor.mjs'), what, what === 'get' ? join(folder, 'in') : folder, s3.url, ...names]
  }
  await row(load, 'floor: PUT', floor('put'), folder)
  await row(load, 'floor: GET', floor('get'), folder)
  s3.clear()
  for (const form of kind === 'rows' ? ['plain', 'compact'] : ['compact']) {
    const staging = (what: 'out' | 'in') => [node, join(folder, 'agent.mjs'), what, folder, kind, form, s3.url] as const
    await row(load, `S3 out, ${form}`, staging('out'), folder)
    s3.sentBytes = 0
    await row(load, `S3 in, ${form}`, staging('in'), folder)
    console.log(`${''.padEnd(28)} ${Math.round(s3.sentBytes / 1e6)} MB came`)
    s3.clear()
  }
  rmSync(join(folder, kind), { recursive: true })
}

async function row(load: Load, what: string, command: readonly [string, ...string[]], folder: string): Promise<void> {
  const into = join(folder, 'in')
  rmSync(into, { recursive: true, force: true })
  if (!what.includes('cp')) mkdirSync(into)
  const { wallMs, cpuMs, peakMiB } = await measured(command, { cwd: process.cwd() })
  rmSync(into, { recursive: true, force: true })
  const rate = (load.count * load.bytes) / 1e6 / (wallMs / 1000)
  const figures = [(wallMs / 1000).toFixed(1), rate.toFixed(0), (cpuMs / 1000).toFixed(1), peakMiB.toFixed(0)]
  console.log(`${`${load.kind}: ${what}`.padEnd(28)} ${figures.map((figure) => figure.padStart(8)).join(' ')}`)
}

/** Files of noise, or of rows as a table has them. A block is repeated at a distance that no packing of ours looks across. */
function fill(folder: string, { kind, count, bytes }: Load): void {
  const block = kind === 'rows' ? rows() : randomBytes(16 * mib)
  mkdirSync(join(folder, kind))
  for (let index = 0; index < count; index += 1) {
    const path = join(folder, kind, String(index))
    if (bytes < block.length) {
      const start = (index * bytes) % (block.length - bytes)
      writeFileSync(path, block.subarray(start, start + bytes))
      continue
    }
    const file = openSync(path, 'w')
    for (let done = 0; done < bytes;) done += writeSync(file, block, 0, Math.min(block.length, bytes - done))
    closeSync(file)
    if (statSync(path).size !== bytes) throw new Error(`${path} was not filled`)
  }
}

function rows(): Buffer {
  const row = (at: number): string =>
    `${at},${new Date(1.8e12 + at * 977).toISOString()},series-${at % 97},${Math.sin(at) * 1000}\n`
  return Buffer.from(Array.from({ length: 250_000 }, (_, at) => row(at)).join('')).subarray(0, 16 * mib)
}
