import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { removeTree } from '#agent/remove-tree.ts'

// One at a time, behind all that is waited for.
let last: Promise<void> = Promise.resolve()

/** Removes a folder in the background. What is left when this process ends first is garbage. */
export function removeLater(path: string): void {
  last = last.then(async () => await removeTree(path))
}

/** So many that are small are left until there is nothing else to do: some 160 MiB on most file systems. */
const mostKept = 10_000
const kept: string[] = []

/**
 * Removes a folder that has next to nothing in it once there is nothing else to do. File systems may take their time before
 * they give out again what was just given back, and those who make folders meanwhile search for long.
 */
export function removeAtLeisure(path: string): void {
  kept.push(path)
  const [oldest] = kept.length > mostKept ? kept.splice(0, 1) : []
  if (oldest !== undefined) removeLater(oldest)
}

/** The folder below `parent` that was last to be removed at leisure, if it is still there: whoever takes it has it. */
export function takeBack(parent: string): string | undefined {
  const at = kept.findLastIndex((path) => dirname(path) === parent)
  return at === -1 ? undefined : kept.splice(at, 1)[0]
}

/** Resolves when all is removed that was to be removed by now. */
export async function removalsDone(): Promise<void> {
  for (const path of kept.splice(0)) {
    try {
      rmSync(path, { recursive: true, force: true })
    } catch {
      removeLater(path)
    }
  }
  await last
}
