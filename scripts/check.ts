/**
 * `npm run check`: every gate in turn, so that one failure does not hide the next; prints a line for each, and what failed in full.
 * `npm run check -- lint types` runs only those.
 */
import { spawnSync } from 'node:child_process'

const gates = ['format:check', 'lint', 'types', 'layers', 'names', 'deadcode', 'coverage']

const asked = process.argv.slice(2)
const unknown = asked.find((gate) => !gates.includes(gate))
if (unknown !== undefined) {
  console.error(`check: no gate is called ${unknown}; there are ${gates.join(', ')}`)
  process.exit(2)
}

const failed: string[] = []
for (const gate of asked.length > 0 ? asked : gates) {
  const startedMs = performance.now()
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', gate], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'}  ${gate.padEnd(12)} ${seconds} s`)
  if (status !== 0) {
    failed.push(gate)
    process.stdout.write(stdout)
    process.stderr.write(stderr)
  }
}

if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')} (each runs alone: npm run <gate>)`)
process.exitCode = failed.length > 0 ? 1 : 0
