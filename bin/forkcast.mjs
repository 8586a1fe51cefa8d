#!/usr/bin/env node
/**
 * Starts the command line on a Node that can run it. The code needs Node 24 (type stripping, `node:sqlite`), and a machine may
 * have an older one: the npm package `node` of a clone then holds the right one. Plain JavaScript, since it runs on the older one.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isatty } from 'node:tty'
import { fileURLToPath } from 'node:url'

const preferred = 24
const oldest = [22, 18]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const runsHere = major > oldest[0] || (major === oldest[0] && minor >= oldest[1])

const entry = new URL('./forkcast.ts', import.meta.url)
const other = major >= preferred ? undefined : bundledNode()

if (other !== undefined) {
  handOver(other, [fileURLToPath(entry), ...process.argv.slice(2)])
} else if (runsHere) {
  await import(entry.href)
} else {
  fail(
    `forkcast needs Node ${preferred} and found ${process.versions.node} (${process.execPath}): ` +
      'run `npm ci` in the clone, which brings one, or install Node 24',
  )
}

function bundledNode() {
  try {
    const path = createRequire(import.meta.url).resolve('node/bin/node')
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
