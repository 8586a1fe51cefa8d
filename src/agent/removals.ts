import { removeTree } from '#agent/remove-tree.ts'

// One at a time, behind all that is waited for.
let last: Promise<void> = Promise.resolve()

/** Removes a folder in the background. What is left when this process ends first is garbage. */
export function removeLater(path: string): void {
  last = last.then(async () => await removeTree(path))
}

/** Resolves when all is removed that was to be removed by now. */
export async function removalsDone(): Promise<void> {
  await last
}
