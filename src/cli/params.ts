import type { CliHost } from '#cli/host.ts'
import type { Problem } from '#contract/problem.ts'
import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import { bindParams } from '#core/workflow/bind-params.ts'
import type { Workflow } from '#core/workflow/workflow.ts'

/**
 * The parameters of a submission: the workflow's defaults, over them those of the file, over them `name=value` words.
 * All that is wrong with them comes at once; at least one problem.
 */
export async function readParams(
  host: CliHost,
  workflow: Workflow,
  given: { readonly words: readonly string[]; readonly file?: string },
): Promise<Result<Readonly<Record<string, Json>>, readonly Problem[]>> {
  const params = new Map<string, Json>()
  if (given.file !== undefined) {
    const read = await readParamsFile(host, given.file)
    if (!read.ok) return err([read.error])
    for (const [name, value] of Object.entries(read.value)) params.set(name, value)
  }
  for (const word of given.words) {
    const split = word.indexOf('=')
    if (split < 1) return err([usage(`${word} is no name=value`, 'write -p name=value')])
    params.set(word.slice(0, split), word.slice(split + 1))
  }
  const bound = bindParams(workflow, Object.fromEntries(params))
  return bound.ok ? bound : err(bound.error.map(({ code, message, fix }) => ({ code, message, fix, exitCode: 2 })))
}

async function readParamsFile(
  host: CliHost,
  path: string,
): Promise<Result<{ readonly [name: string]: Json }, Problem>> {
  const text = await host.readText(path)
  if (!text.ok) return text
  const value = parseJson(text.value)
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) {
    return err(usage(`${path} holds no JSON object`, 'write {"name": value, …} into it'))
  }
  return ok(value as { readonly [name: string]: Json })
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function usage(message: string, fix: string): Problem {
  return { code: 'USAGE', message, fix, exitCode: 2 }
}
