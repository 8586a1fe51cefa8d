/**
 * `node scripts/agent-runtime.ts FOLDER`: makes the runtime folder of containers from the Node of `node_modules/node` and the libraries of
 * this machine, as hosts make theirs from a public image: by the same script.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const [, , folder] = process.argv
if (folder === undefined) {
  console.error('agent-runtime: name the folder to be made')
  process.exit(2)
}
const { status } = spawnSync('sh', ['lib/host/copy-runtime.sh', resolve(folder)], {
  stdio: 'inherit',
  env: {
    PATH: process.env['PATH'],
    NODE: resolve('node_modules/node/bin/node'),
    START_MJS: readFileSync('lib/host/start.mjs', 'utf8'),
  },
})
process.exitCode = status ?? 1
