import { mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { directoryFiles, type DirectoryFile } from '#agent/output-directory.ts'
import { outputPlace, type OutputPlace } from '#agent/output-file.ts'
import { checkText, type TextChecks } from '#agent/output-text.ts'
import type { Workspace } from '#agent/workspace.ts'
import type { Assignment } from '#contract/clone-api.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Output } from '#core/workflow/workflow.ts'

/** An output that is there, and of the kind that the workflow says. */
export type FoundOutput = { readonly name: string; readonly path: string } & (
  | { readonly type: Exclude<Output['type'], 'directory'>; readonly file: OutputPlace }
  | { readonly type: 'directory'; readonly files: readonly DirectoryFile[] }
)

/** An output that is missing, or not what the workflow says. */
export interface OutputProblem {
  readonly name: string
  readonly why: string
}

/** Looks for every output. All are found, and checked, before the first one is stored: an invalid result leaves nothing. */
export function findOutputs(
  outputs: Assignment['outputs'],
  workspace: Workspace,
): Result<readonly FoundOutput[], OutputProblem> {
  const all: FoundOutput[] = []
  const entries = Object.entries(outputs)
  if (entries.length === 0) return ok(all)
  // A command that removed the folder has left nothing in it; one that put a link in its place is found out below.
  mkdirSync(workspace.outputs, { recursive: true })
  const real = join(realpathSync(workspace.root), basename(workspace.outputs))
  for (const [name, output] of entries) {
    const found = find(name, output, real)
    if (!found.ok) return err({ name, why: found.error })
    if (found.value !== undefined) all.push(found.value)
  }
  return ok(all)
}

/** Checks what is in them. The value: the hashes of JSON outputs in canonical form by name, if asked for. */
export async function checkContents(
  outputs: Assignment['outputs'],
  found: readonly FoundOutput[],
  checks: TextChecks,
): Promise<Result<Readonly<Record<string, string>>, OutputProblem>> {
  const canonical: Record<string, string> = {}
  for (const place of found) {
    const output = outputs[place.name]
    if (output === undefined || place.type === 'directory' || place.type === 'file') continue
    const checked = await checkText(place.file.path, place.file.stats.size, output, checks)
    if (!checked.ok) return err({ name: place.name, why: `${place.path} ${checked.error}` })
    if (checked.value !== undefined) canonical[place.name] = checked.value
  }
  return ok(canonical)
}

/** `undefined`: an optional output that was not written. */
function find(name: string, output: Output, folder: string): Result<FoundOutput | undefined, string> {
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
