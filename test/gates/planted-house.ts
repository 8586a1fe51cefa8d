import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

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
  ) => Verdict
  readonly [Symbol.dispose]: () => void
}

const notCopied = new Set(['node_modules', '.git', '.forkcast', 'coverage', 'cdk.out'])

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
    run: (gate, { words = [], nodeOptions } = {}) => {
      // The outer runner's own variables would change how a runner inside the copy behaves.
      const { VITEST: _, VITEST_POOL_ID: _pool, VITEST_WORKER_ID: _worker, NODE_OPTIONS: _node, ...outer } = process.env
      const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', gate, '--', ...words], {
        cwd: root,
        encoding: 'utf8',
        env: { ...outer, NO_COLOR: '1', ...(nodeOptions === undefined ? {} : { NODE_OPTIONS: nodeOptions }) },
      })
      return { passed: status === 0, output: stdout + stderr }
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}
