import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ignore, { type Ignore } from 'ignore'

/** Which entries of a `code` folder are left out, by the rules of a folder and of those above it. */
export interface IgnoreRules {
  /** `path` is relative to the root, with `/`. */
  ignores(path: string, isFolder: boolean): boolean
  /** The rules inside of a folder: these, and those of its own file. */
  below(path: string): Promise<IgnoreRules>
}

/** Never code: the history of a repository, and the state of local runs. */
const NEVER = new Set(['.git', '.forkcast'])

/**
 * The rules of a folder, written as for git: those of `.forkcastignore` where the folder has one, else those of
 * `.gitignore`; files of that name in folders below add theirs. `.git` and `.forkcast` are always left out.
 */
export async function ignoreRules(root: string): Promise<IgnoreRules> {
  const fileName = existsSync(join(root, '.forkcastignore')) ? '.forkcastignore' : '.gitignore'
  return rulesOf(root, fileName, []).below('')
}

interface Layer {
  /** The folder that the rules are relative to, with `/` at its end; empty for the root. */
  readonly prefix: string
  readonly rules: Ignore
}

function rulesOf(root: string, fileName: string, layers: readonly Layer[]): IgnoreRules {
  return {
    ignores(path, isFolder) {
      if (NEVER.has(path.slice(path.lastIndexOf('/') + 1))) return true
      let ignored = false
      for (const { prefix, rules } of layers) {
        const verdict = rules.test(path.slice(prefix.length) + (isFolder ? '/' : ''))
        if (verdict.ignored) ignored = true
        else if (verdict.unignored) ignored = false
      }
      return ignored
    },
    async below(path) {
      const file = join(root, path, fileName)
      if (!existsSync(file)) return this
      const rules = ignore().add(await readFile(file, 'utf8'))
      return rulesOf(root, fileName, [...layers, { prefix: path === '' ? '' : `${path}/`, rules }])
    },
  }
}
