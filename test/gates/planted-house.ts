import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

/** What a gate said: its exit code, and all that it printed. */
export interface Verdict {
  readonly passed: boolean
  readonly output: string
}

/** A copy of the repository in which breaches can be planted; the repository itself is never touched. */
export interface PlantedHouse {
  readonly root: string
  /** Writes files, by path in the house. */
  readonly plant: (files: Readonly<Record<string, string>>) => void
  /** Runs `npm run <gate> -- <words>` in the copy. */
  readonly run: (
    gate: string,
    options?: { readonly words?: readonly string[]; readonly nodeOptions?: string },
  ) => Promise<Verdict>
  readonly [Symbol.dispose]: () => void
}

/** What is made here, and no gate reads: 250 MB of emulators would be most of a copy. */
const notCopied = new Set(['node_modules', '.git', '.emulators', '.forkcast', '.gates', 'coverage', 'cdk.out', 'dist'])

export const plantedHouse = (): PlantedHouse => {
  const root = mkdtempSync(join(tmpdir(), 'planted-house-'))
  cpSync('.', root, { recursive: true, filter: (source) => !notCopied.has(basename(source)) })
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))

  return {
    root,
    plant: (files) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true })
        writeFileSync(join(root, path), text)
      }
    },
    run: async (gate, { words = [], nodeOptions } = {}) => {
      // The outer runner's own variables would change how a runner inside the copy behaves.
      const { VITEST: _, VITEST_POOL_ID: _pool, VITEST_WORKER_ID: _worker, NODE_OPTIONS: _node, ...outer } = process.env
      const child = spawn('npm', ['run', '--silent', gate, '--', ...words], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...outer, NO_COLOR: '1', ...(nodeOptions === undefined ? {} : { NODE_OPTIONS: nodeOptions }) },
      })
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
      return { passed: child.exitCode === 0, output: out + err }
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}
