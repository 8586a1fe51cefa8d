import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeAtLeisure, removeLater } from '#agent/removals.ts'
import { removeTree } from '#agent/remove-tree.ts'
import type { SlotRef } from '#core/run/ids.ts'

/** The folders of one clone; nobody else's. `inputs` and `outputs` are made when something is put there. */
export interface Workspace {
  readonly root: string
  /** Private copy of the code; the working directory. */
  readonly code: string
  readonly inputs: string
  readonly outputs: string
  readonly temporary: string
  /** What `FORKCAST_CONTEXT` names. */
  readonly context: string
}

/** Makes the folder of a clone. What an earlier process left under its name is removed before. */
export async function makeWorkspace(workFolder: string, slot: SlotRef, fence: number): Promise<Workspace> {
  // No brackets: in a script, an unquoted path with brackets is a pattern.
  const task = slot.task.replace('[', '.').replace(']', '')
  const root = join(workFolder, `${slot.run}.${task}.${slot.attempt}.${slot.clone}.${fence}`)
  await makeFresh(root)
  const workspace = {
    root,
    code: join(root, 'code'),
    inputs: join(root, 'in'),
    outputs: join(root, 'out'),
    temporary: join(root, 'tmp'),
    context: join(root, 'context.json'),
  }
  mkdirSync(workspace.code)
  mkdirSync(workspace.temporary)
  return workspace
}

/** Writes the file of `FORKCAST_CONTEXT`. */
export function writeContext(workspace: Workspace, context: object): void {
  writeFileSync(workspace.context, `${JSON.stringify(context)}\n`)
}

/** Removes the folder of a clone that has ended: soon, unless nothing was put there. */
export function removeWorkspace({ root, code, temporary }: Workspace): void {
  if (isAsMade(root, code, temporary)) removeAtLeisure(root)
  else removeLater(root)
}

function isAsMade(root: string, code: string, temporary: string): boolean {
  try {
    return readdirSync(root).length === 3 && readdirSync(code).length === 0 && readdirSync(temporary).length === 0
  } catch {
    return false
  }
}

async function makeFresh(root: string): Promise<void> {
  try {
    mkdirSync(root, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') await removeTree(root)
    mkdirSync(root, { recursive: true, mode: 0o700 })
  }
}
