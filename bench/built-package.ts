import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))

/** Builds the package and copies what it would install into a folder. Returns its command line, to be run by Node. */
export function builtPackage(folder: string): string {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: 'ignore' })
  for (const part of ['bin/forkcast.mjs', 'dist', 'package.json', 'workflow.schema.json']) {
    cpSync(join(root, part), join(folder, 'package', part), { recursive: true })
  }
  return join(folder, 'package/bin/forkcast.mjs')
}
