import { accessSync, constants, realpathSync } from 'node:fs'
import { sep } from 'node:path'
import type { Workspace } from '#agent/workspace.ts'

/** An error of a call that may name two files. */
type CallError = NodeJS.ErrnoException & { readonly dest?: string }

/**
 * Whether a call failed for a file that the command of a clone left, and not for where that was to go. One that names both
 * failed for the first when that can't be read.
 */
export function isLeftByCommand({ path, dest }: CallError, workspace: Workspace | undefined): boolean {
  if (path === undefined || workspace === undefined) return false
  const { outputs } = workspace
  const isOutput = [outputs, realPath(outputs)].some((folder) => path.startsWith(folder + sep))
  return isOutput && (dest === undefined || !isReadable(path))
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK)
    return true
  } catch {
    return false
  }
}
