import type { CliHost } from '#cli/host.ts'
import type { Problem } from '#contract/problem.ts'
import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'
import { isOfParamType } from '#core/workflow/param-type.ts'
import type { Param, Workflow } from '#core/workflow/workflow.ts'

/**
 * The parameters of a submission: the workflow's defaults, over them those of the file, over them `name=value` words,
 * each read by the declared type of its parameter.
 */
export async function readParams(
  host: CliHost,
  workflow: Workflow,
  given: { readonly words: readonly string[]; readonly file?: string },
): Promise<Result<Readonly<Record<string, Json>>, Problem>> {
  const params = new Map<string, Json>()
  if (given.file !== undefined) {
    const read = await readParamsFile(host, given.file)
    if (!read.ok) return read
    for (const [name, value] of Object.entries(read.value)) params.set(name, value)
  }
  for (const word of given.words) {
    const split = word.indexOf('=')
    if (split < 1) return usage(`${word} is no name=value`, 'write -p name=value')
    const name = word.slice(0, split)
    const declared = Object.hasOwn(workflow.params, name) ? workflow.params[name] : undefined
    if (declared === undefined) return unknownParam(name, workflow)
    const value = readValue(word.slice(split + 1), declared.type)
    if (value === undefined) return wrongType(name, declared)
    params.set(name, value)
  }
  return whole(workflow, params)
}

/** Defaults filled in; every parameter known, of its type, and none missing. */
function whole(workflow: Workflow, given: ReadonlyMap<string, Json>): Result<Readonly<Record<string, Json>>, Problem> {
  for (const name of given.keys()) if (!Object.hasOwn(workflow.params, name)) return unknownParam(name, workflow)
  const params: [string, Json][] = []
  for (const [name, declared] of Object.entries(workflow.params)) {
    const value = given.get(name) ?? declared.default
    if (value === undefined) {
      return usage(`parameter ${name} is missing`, `write -p ${name}=${sampleOf(declared.type)}`)
    }
    if (!isOfParamType(value, declared.type)) return wrongType(name, declared)
    params.push([name, value])
  }
  return ok(Object.fromEntries(params))
}

async function readParamsFile(
  host: CliHost,
  path: string,
): Promise<Result<{ readonly [name: string]: Json }, Problem>> {
  const text = await host.readText(path)
  if (!text.ok) return text
  const value = parseJson(text.value)
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) {
    return usage(`${path} holds no JSON object`, 'write {"name": value, …} into it')
  }
  return ok(value as { readonly [name: string]: Json })
}

function unknownParam(name: string, workflow: Workflow): Result<never, Problem> {
  const names = Object.keys(workflow.params)
  const near = didYouMean(name, names)
  const known = names.length === 0 ? 'the workflow has no parameters' : `it has ${names.join(', ')}`
  return usage(`the workflow has no parameter ${name}`, near === undefined ? known : `did you mean ${near}?`)
}

function readValue(text: string, type: Param['type']): Json | undefined {
  if (type === 'string') return text
  const value = parseJson(text)
  return value !== undefined && isOfParamType(value, type) ? value : undefined
}

function wrongType(name: string, { type }: Param): Result<never, Problem> {
  return usage(`parameter ${name} is of type ${type}`, `write -p ${name}=${sampleOf(type)}`)
}

function sampleOf(type: Param['type']): string {
  return { string: 'text', integer: '12', number: '0.5', boolean: 'true', array: "'[1,2]'", object: `'{"a":1}'` }[type]
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function usage(message: string, fix: string): Result<never, Problem> {
  return err({ code: 'USAGE', message, fix, exitCode: 2 })
}
