import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { eachLimited } from '#agent/each-limited.ts'
import { fetchVerified, type ContentSource } from '#agent/fetch-verified.ts'
import { isFileName, isInnerPath } from '#agent/inner-path.ts'
import type { GatheredItem, Variable } from '#contract/clone-api.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { StagedFile, StagedOutput } from '#core/run/manifest.ts'
import { unreachable } from '#core/unreachable.ts'

/** What the variables of a task are once all is staged. */
export interface StagedVariables {
  readonly env: Readonly<Record<string, string>>
  readonly bytesIn: number
}

/** An input that can't be staged. */
export interface InputProblem {
  readonly name: string
  readonly why: string
}

interface Copy {
  readonly variable: string
  readonly file: StagedFile
  readonly path: string
}

/** Of an object store that is far, small files are waiting time: more of them wait at once than this machine reads at once. */
const filesAtOnce = 16

/**
 * Stages every variable: text as it is, all else below `folder` with its path as the value. Each copied file is checked
 * against the size and the SHA-256 that its manifest says. Stops early once the signal is aborted.
 */
export async function stageVariables(
  variables: readonly Variable[],
  folder: string,
  from: ContentSource,
): Promise<Result<StagedVariables, InputProblem>> {
  const env: Record<string, string> = {}
  const copies: Copy[] = []
  for (const variable of variables) {
    const place = layOut(variable, folder, copies)
    if (!place.ok) return place
    env[variable.name] = place.value
  }
  let problem: InputProblem | undefined
  await eachLimited(copies, filesAtOnce, async ({ variable, file, path }) => {
    if (problem !== undefined || from.signal?.aborted) return
    const fetched = await fetchVerified(from, file, path)
    if (!fetched.ok) problem = { name: variable, why: fetched.error }
  })
  if (problem !== undefined) return err(problem)
  return ok({ env, bytesIn: copies.reduce((sum, { file }) => sum + file.bytes, 0) })
}

/** Makes the folders and small files of a variable and notes what is to be copied; its value for the environment. */
function layOut({ name, value }: Variable, folder: string, copies: Copy[]): Result<string, InputProblem> {
  const bad = (what: string) => err({ name, why: `${what} is not a name that a file can have here` })
  if (value.kind === 'text') return ok(value.text)
  if (!isFileName(name)) return bad(name)
  if (value.kind === 'json') {
    mkdirSync(folder, { recursive: true })
    const path = join(folder, `${name}.json`)
    writeFileSync(path, `${JSON.stringify(value.json)}\n`)
    return ok(path)
  }
  if (!isFileName(value.name)) return bad(value.name)
  const own = join(folder, name)
  mkdirSync(own, { recursive: true })
  const place = (output: StagedOutput, file: string) => layOutOutput(name, output, join(own, file), copies)
  switch (value.kind) {
    case 'file':
      copies.push({ variable: name, file: value.file, path: join(own, value.name) })
      return ok(join(own, value.name))
    case 'output': {
      const refused = place(value.output, value.name)
      return refused === undefined ? ok(join(own, value.name)) : bad(refused)
    }
    case 'gather': {
      const files = itemNames(value.items, value.name)
      for (const [at, { output }] of value.items.entries()) {
        const refused = output === null ? undefined : place(output, files[at] ?? '')
        if (refused !== undefined) return bad(refused)
      }
      const list = value.items.map(({ output, ...item }, at) => ({ ...item, path: output === null ? null : files[at] }))
      writeFileSync(join(own, 'items.json'), `${JSON.stringify(list)}\n`)
      return ok(own)
    }
    default:
      return unreachable(value)
  }
}

/** Notes the files of an output; the path of one that would leave the folder, if there is such a path. */
function layOutOutput(variable: string, output: StagedOutput, path: string, copies: Copy[]): string | undefined {
  if (output.type !== 'directory') {
    copies.push({ variable, file: output, path })
    return undefined
  }
  const folders = new Set([path])
  for (const file of output.files) {
    if (!isInnerPath(file.path)) return file.path
    folders.add(dirname(join(path, file.path)))
    copies.push({ variable, file, path: join(path, file.path) })
  }
  for (const parent of folders) mkdirSync(parent, { recursive: true })
  return undefined
}

/** `03-verdict.json`: the index first, as wide as the greatest one, so that a listing is in order. */
function itemNames(items: readonly GatheredItem[], name: string): readonly string[] {
  const width = String(Math.max(0, ...items.map(({ index }) => index))).length
  return items.map(({ index }) => `${String(index).padStart(width, '0')}-${name}`)
}
