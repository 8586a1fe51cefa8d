import { mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { directoryFiles, type DirectoryFile } from '#agent/output-directory.ts'
import { outputPlace, type OutputPlace } from '#agent/output-file.ts'
import { textProblem } from '#agent/output-text.ts'
import type { Workspace } from '#agent/workspace.ts'
import type { Assignment } from '#contract/clone-api.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Output } from '#core/workflow/workflow.ts'

/** An output that may be staged out. */
export type CheckedOutput = { readonly name: string; readonly path: string } & (
  | { readonly type: Exclude<Output['type'], 'directory'>; readonly file: OutputPlace }
  | { readonly type: 'directory'; readonly files: readonly DirectoryFile[] }
)

/** An output that is missing, or not what the workflow says. */
export interface OutputProblem {
  readonly name: string
  readonly why: string
}

/** Checks every output before the first one is stored, so that an invalid result leaves nothing. */
export async function checkOutputs(
  outputs: Assignment['outputs'],
  workspace: Workspace,
): Promise<Result<readonly CheckedOutput[], OutputProblem>> {
  const checked: CheckedOutput[] = []
  const entries = Object.entries(outputs)
  if (entries.length === 0) return ok(checked)
  // A command that removed the folder has left nothing in it; one that put a link in its place is found out below.
  mkdirSync(workspace.outputs, { recursive: true })
  const real = join(realpathSync(workspace.root), basename(workspace.outputs))
  for (const [name, output] of entries) {
    const found = await check(name, output, real)
    if (!found.ok) return err({ name, why: found.error })
    if (found.value !== undefined) checked.push(found.value)
  }
  return ok(checked)
}

/** `undefined`: an optional output that was not written. */
async function check(name: string, output: Output, folder: string): Promise<Result<CheckedOutput | undefined, string>> {
  const place = outputPlace(folder, join(folder, output.path))
  if (!place.ok) return err(`${output.path} ${place.error}`)
  if (place.value === undefined) {
    return output.optional ? ok(undefined) : err(`nothing at ${output.path}; ${contentsOf(folder)}`)
  }
  const { path, stats } = place.value
  if (output.type === 'directory') {
    if (!stats.isDirectory()) return err(`${output.path} is a file, not a directory`)
    const files = directoryFiles(folder, path)
    if (!files.ok) return err(`${output.path} ${files.error}`)
    // The directory itself was there before the command ran.
    return ok(
      files.value.length === 0 && output.optional
        ? undefined
        : { name, path: output.path, type: 'directory', files: files.value },
    )
  }
  if (stats.isDirectory()) return err(`${output.path} is a directory, not a file`)
  const problem = output.type === 'file' ? undefined : await textProblem(path, stats.size, output)
  if (problem !== undefined) return err(`${output.path} ${problem}`)
  return ok({ name, path: output.path, type: output.type, file: place.value })
}

const shownNames = 10

/** What is there instead, for a person who looks for a misspelt name. */
function contentsOf(folder: string): string {
  const entries = readdirSync(folder, { withFileTypes: true })
  if (entries.length === 0) return 'the output folder is empty'
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort()
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : ''
  return `the output folder has ${names.slice(0, shownNames).join(', ')}${more}`
}
