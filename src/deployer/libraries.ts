import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import type { Problem } from '#contract/problem.ts'

/** Where this package is, and the libraries that deploying needs beside it, by name with their version. */
export interface Libraries {
  readonly root: string
  readonly versions: Readonly<Record<string, string>>
}

/** Names the libraries that are missing, with the command that installs them; `undefined` when all are there. */
export function missingLibraries({ root, versions }: Libraries, cwd: string): Problem | undefined {
  const { resolve } = createRequire(join(root, 'package.json'))
  const missing = Object.keys(versions).filter((name) => {
    try {
      resolve(`${name}/package.json`)
      return false
    } catch {
      return true
    }
  })
  if (missing.length === 0) return undefined
  const is = missing.length === 1 ? 'is' : 'are'
  return {
    code: 'DEPLOY-LIBRARIES',
    message: `${missing.join(', ')} ${is} not installed: libraries of the CDK, which only deploying needs`,
    fix: installLine(
      root,
      missing.map((name) => `${name}@${versions[name]}`),
      cwd,
    ),
    exitCode: 2,
  }
}

/** As npm has to be told, by the place where this package is: a project, a global folder, or what `npx` made for itself. */
function installLine(root: string, packages: readonly string[], cwd: string): string {
  const words = packages.join(' ')
  const home = dirname(dirname(root))
  if (root.split(sep).includes('_npx')) return `npm install forkcast ${words}`
  if (!existsSync(join(home, 'package.json'))) return `npm install --global ${words}`
  return home === cwd ? `npm install ${words}` : `npm install --prefix ${relative(cwd, home)} ${words}`
}
