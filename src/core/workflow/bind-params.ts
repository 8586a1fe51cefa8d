import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import { arrangeDiagnostics, type Diagnostic } from '#core/workflow/diagnostic.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'
import { isObject } from '#core/workflow/document/document.ts'
import { isForbiddenKey } from '#core/workflow/document/forbidden-key.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import { isOfParamType } from '#core/workflow/param-type.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { utf8Length } from '#core/workflow/utf8-length.ts'
import type { Param, Workflow } from '#core/workflow/workflow.ts'

/**
 * The parameters of a run: what is given over what is declared as default. A text that is given for a parameter of
 * another type is read as JSON, as a command line needs. Every parameter that is unknown, missing or of the wrong type is
 * an error.
 */
export function bindParams(
  workflow: Workflow,
  given: Readonly<Record<string, Json>>,
): Result<Readonly<Record<string, Json>>, readonly Diagnostic[]> {
  const errors: Diagnostic[] = []
  const report = (name: string, message: string, fix: string) =>
    errors.push({ code: 'WF-PARAM', message, path: `/params/${name}`, fix })
  const declared = Object.keys(workflow.params)
  for (const name of Object.keys(given)) {
    if (declared.includes(name)) continue
    const near = didYouMean(name, declared)
    const known = declared.length === 0 ? 'the workflow has none' : `use one of ${declared.map(quoted).join(', ')}`
    report(name, `there is no parameter ${quoted(name)}`, near === undefined ? known : `did you mean ${quoted(near)}?`)
  }
  const bound: Record<string, Json> = {}
  for (const [name, param] of Object.entries(workflow.params)) {
    const value = valueOf(Object.hasOwn(given, name) ? given[name] : undefined, param)
    if (value.kind === 'missing') {
      report(name, `the parameter ${quoted(name)} is missing`, `give it a value: -p ${name}=${EXAMPLES[param.type]}`)
    } else if (value.kind === 'wrong') {
      const fix = `give it a value of type ${param.type}, such as -p ${name}=${EXAMPLES[param.type]}`
      report(name, `the parameter ${quoted(name)} cannot be ${quoted(value.given)}`, fix)
    } else {
      const bytes = typeof value.value === 'string' ? utf8Length(value.value) : 0
      if (bytes > LIMITS.envValueBytes.value) {
        report(name, beyondLimit(`the parameter ${quoted(name)}`, bytes, 'envValueBytes'), 'put it into a file')
      }
      bound[name] = value.value
    }
  }
  return errors.length === 0 ? ok(bound) : err(arrangeDiagnostics(errors))
}

const EXAMPLES: Readonly<Record<Param['type'], string>> = {
  string: 'text',
  integer: '12',
  number: '0.5',
  boolean: 'true',
  array: "'[1, 2]'",
  object: `'{"a": 1}'`,
}

type Bound =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'missing' }
  | { readonly kind: 'wrong'; readonly given: Json }

function valueOf(given: Json | undefined, param: Param): Bound {
  if (given === undefined) {
    return param.default === undefined ? { kind: 'missing' } : { kind: 'value', value: param.default }
  }
  const value = typeof given === 'string' && param.type !== 'string' ? parsed(given) : given
  if (value !== undefined && isOfParamType(value, param.type) && isPortable(value)) return { kind: 'value', value }
  return { kind: 'wrong', given }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** No NUL, no key to a prototype, no half characters, no number that JSON cannot carry, no depth that other code would overflow on. */
function isPortable(value: Json, depth = 0): boolean {
  if (depth > LIMITS.depth.value) return false
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (Array.isArray(value)) return (value as readonly Json[]).every((item) => isPortable(item, depth + 1))
  if (!isObject(value)) return true
  return Object.entries(value).every(
    ([key, item]) => !isForbiddenKey(key) && isPortable(key) && isPortable(item, depth + 1),
  )
}
