import type { z } from 'zod'
import type { Json } from '#core/json.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import { RESERVED_WORDS } from '#core/workflow/check/unsupported.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { knownKeys } from '#core/workflow/schema/schema-walk.ts'

/** What a schema was used on: itself, the value, and the path of the value in the document. */
export interface CheckedPart {
  readonly schema: z.core.$ZodType
  readonly value: Json
  readonly path: Path
}

/** Reports what a schema found, in the words of a workflow. In a union, the member that the value was meant for speaks. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], part: CheckedPart, findings: Findings): void {
  for (const [index, issue] of issues.entries()) {
    if (findings.isFull) return findings.addUntold(issues.length - index)
    describeIssue(issue, part, findings)
  }
}

function describeIssue(issue: z.core.$ZodIssue, part: CheckedPart, findings: Findings): void {
  // Documents are JSON, which has no symbols.
  const inner = issue.path as Path
  switch (issue.code) {
    case 'unrecognized_keys':
      for (const [index, key] of issue.keys.entries()) {
        if (findings.isFull) return findings.addUntold(issue.keys.length - index)
        describeUnknownKey(key, inner, part, findings)
      }
      return
    case 'invalid_key':
      describeName(inner, part, findings)
      return
    case 'invalid_union': {
      const found = valueAt(part.value, inner)
      const meant = typeof found === 'object' && found !== null ? issue.errors.find(isForThisKind) : undefined
      if (meant === undefined) return describeValue(issue, inner, part, findings)
      for (const error of meant) describeIssue({ ...error, path: [...inner, ...error.path] }, part, findings)
      return
    }
    default:
      return describeValue(issue, inner, part, findings)
  }
}

/** Whether a member of a union is for lists or objects as the value is one, and finds fault with what is in it. */
function isForThisKind(errors: readonly z.core.$ZodIssue[]): boolean {
  return !errors.some(({ path, code }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'))
}

function describeUnknownKey(key: string, inner: Path, part: CheckedPart, findings: Findings): void {
  const owner = [...part.path, ...inner]
  const path = [...owner, key]
  const reserved = RESERVED_WORDS.get(key)
  if (reserved !== undefined) {
    findings.add({
      code: 'WF-UNSUPPORTED',
      message: `unsupported: ${quoted(key)} in ${describePlace(owner)} ${reserved}`,
      fix: 'remove it, or start the key with `x-` to have it ignored',
      path,
      at: 'key',
    })
    return
  }
  const keys = knownKeys(part.schema, inner, part.value)
  const near = didYouMean(key, keys)
  findings.add({
    code: 'WF-UNKNOWN-KEY',
    message: `unknown key ${quoted(key)} in ${describePlace(owner)}`,
    fix: near === undefined ? `use one of ${listed(keys)}` : `did you mean ${quoted(near)}?`,
    path,
    at: 'key',
  })
}

function listed(keys: readonly string[]): string {
  const most = 12
  return keys.length <= most ? keys.map(quoted).join(', ') : `${keys.slice(0, most).map(quoted).join(', ')} …`
}

function describeName(inner: Path, part: CheckedPart, findings: Findings): void {
  const path = [...part.path, ...inner]
  const name = String(path.at(-1))
  const isVariable = path.at(-2) === 'env' || path.at(-2) === 'secrets'
  findings.add({
    code: 'WF-NAME',
    message: `${quoted(name)} in ${describePlace(path.slice(0, -1))} is not a name`,
    fix: isVariable
      ? 'use letters, digits and `_`, starting with a letter or `_`'
      : 'use letters, digits, `-` and `_`, starting with a letter, at most 63',
    path,
    at: 'key',
  })
}

function describeValue(issue: z.core.$ZodIssue, inner: Path, part: CheckedPart, findings: Findings): void {
  const path = [...part.path, ...inner]
  const found = valueAt(part.value, inner)
  if (found === undefined) {
    findings.add({
      code: 'WF-MISSING-KEY',
      message: `${describePlace(path.slice(0, -1))} has no ${quoted(String(path.at(-1)))}`,
      fix: `add ${quoted(String(path.at(-1)))}: ${expectation(issue)}`,
      path: path.slice(0, -1),
      at: 'key',
    })
    return
  }
  findings.add({
    code: 'WF-VALUE',
    message: found === null ? `${describePlace(path)} is empty` : `${describePlace(path)} cannot be ${quoted(found)}`,
    fix: `write ${expectation(issue)}`,
    path,
    at: 'value',
  })
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    if (issue.expected === 'object' || issue.expected === 'record') return 'a map of keys and values'
    if (issue.expected === 'array') return 'a list'
  }
  return issue.message
}

function valueAt(value: Json, path: Path): Json | undefined {
  let found: Json | undefined = value
  for (const key of path) found = (found as { readonly [key: string]: Json })[key]
  return found
}
