#!/usr/bin/env node
/**
 * Starts the command line on a Node that can run it: its sources in a clone, what was built of them in the package. The code
 * needs type stripping and `node:sqlite`, and a machine may have an older Node: the npm package `node` of a clone then holds
 * the right one. Plain JavaScript, since it runs on the older one.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import { fileURLToPath } from 'node:url'

const preferred = 24
const oldest = [22, 18]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const runsHere = major > oldest[0] || (major === oldest[0] && minor >= oldest[1])

const sources = new URL('./forkcast.ts', import.meta.url)
const isClone = existsSync(sources)
const entry = isClone ? sources : new URL('../dist/forkcast.js', import.meta.url)
const other = major >= preferred || !isClone ? undefined : bundledNode()

if (other !== undefined) {
  handOver(other, [fileURLToPath(entry), ...process.argv.slice(2)])
} else if (runsHere) {
  cacheCompiled()
  await import(entry.href)
} else {
  const needed = isClone ? preferred : `${oldest.join('.')} or newer`
  const remedy = isClone ? 'run `npm ci` in the clone, which brings one, or install Node 24' : 'install Node 24'
  fail(`forkcast needs Node ${needed} and found ${process.versions.node} (${process.execPath}): ${remedy}`)
}

/**
 * The second start need not compile, or strip types, again. In a folder of the user alone: what lies there is run as it is.
 * `NODE_COMPILE_CACHE` and `NODE_DISABLE_COMPILE_CACHE` count before it.
 */
function cacheCompiled() {
  const { XDG_CACHE_HOME: cache = '' } = process.env
  const folder = cache === '' ? join(homedir(), '.cache') : cache
  nodeModule.enableCompileCache?.(join(folder, 'forkcast', 'compiled'))
}

function bundledNode() {
  try {
    const path = nodeModule.createRequire(import.meta.url).resolve('node/bin/node')
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

/** Becomes the other Node as far as a caller can tell: same streams, same signals, same end. */
function handOver(node, words) {
  const child = spawn(node, words, { stdio: 'inherit' })
  // A terminal sends SIGINT to both: passed on, it would count twice, and the second one means "now".
  const onTerminal = [0, 1, 2].some((stream) => isatty(stream))
  process.on('SIGINT', () => onTerminal || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`forkcast could not start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
