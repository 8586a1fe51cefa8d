import {
  closeSync,
  constants,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { removeAtLeisure, removeLater, takeBack } from '#agent/removals.ts'
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

/**
 * Makes the folder of a clone; one of a clone that has ended and left it as it was is as good as a new one. What an earlier
 * process left under its name is removed before.
 */
export async function makeWorkspace(workFolder: string, slot: SlotRef, fence: number): Promise<Workspace> {
  // No brackets: in a script, an unquoted path with brackets is a pattern.
  const task = slot.task.replace('[', '.').replace(']', '')
  const root = join(workFolder, `${slot.run}.${task}.${slot.attempt}.${slot.clone}.${fence}`)
  const workspace = {
    root,
    code: join(root, 'code'),
    inputs: join(root, 'in'),
    outputs: join(root, 'out'),
    temporary: join(root, 'tmp'),
    context: join(root, 'context.json'),
  }
  if (takeOver(takeBack(workFolder), root)) return workspace
  await makeFresh(root)
  mkdirSync(workspace.code)
  mkdirSync(workspace.temporary)
  return workspace
}

/** Writes the file of `FORKCAST_CONTEXT`, over what is there: a file that is emptied first is written out when it is closed (ext4). */
export function writeContext(workspace: Workspace, context: object): void {
  const text = Buffer.from(`${JSON.stringify(context)}\n`)
  const file = openSync(workspace.context, constants.O_WRONLY | constants.O_CREAT, 0o666)
  try {
    for (let at = 0; at < text.length;) at += writeSync(file, text, at)
    ftruncateSync(file, text.length)
  } finally {
    closeSync(file)
  }
}

/** Removes the folder of a clone that has ended: soon, unless nothing was put there. */
export function removeWorkspace(workspace: Workspace): void {
  if (isAsMade(workspace)) removeAtLeisure(workspace.root)
  else removeLater(workspace.root)
}

/** Whether the folder of a clone could be that of another one: nothing was put there, closed, opened or put elsewhere. */
function isAsMade({ root, code, temporary, context }: Workspace): boolean {
  try {
    const file = lstatSync(context)
    return (
      readdirSync(root).length === 3 &&
      (lstatSync(root).mode & 0o7777) === 0o700 &&
      file.isFile() &&
      file.nlink === 1 &&
      (file.mode & 0o600) === 0o600 &&
      [code, temporary].every(isEmptyFolder)
    )
  } catch {
    return false
  }
}

function isEmptyFolder(path: string): boolean {
  const { mode } = lstatSync(path)
  // Of what a link leads to, nothing is known.
  return (mode & 0o177_700) === 0o040_700 && readdirSync(path).length === 0
}

function takeOver(from: string | undefined, to: string): boolean {
  if (from === undefined) return false
  try {
    renameSync(from, to)
    return true
  } catch {
    // It was taken away, or there is something under that name.
    removeAtLeisure(from)
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
