import type { z } from 'zod'
import type { Json } from '#core/json.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'
import { isObject, type Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { knownKeys } from '#core/workflow/schema/schema-walk.ts'
import { poolsFileSchema } from '#local/pools-file/schema.ts'

/** A place in words: the file, pool `warm-cpu`, `reclaim.nth` of pool `warm-cpu`, `machine.vcpus`. */
export function describePlace(path: Path): string {
  const [section, name, ...rest] = path
  if (section === undefined) return 'the file'
  if (section !== 'pools' || name === undefined) return quoted(path.join('.'))
  const pool = `pool ${quoted(name)}`
  return rest.length === 0 ? pool : `${quoted(rest.join('.'))} of ${pool}`
}

/** Reports what the schema found in `value`. In a union, the member that the value was meant for speaks. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  value: Json,
  findings: Findings,
  base: Path = [],
): void {
  for (const issue of issues) {
    const path: Path = [...base, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))]
    switch (issue.code) {
      case 'unrecognized_keys':
        for (const key of issue.keys) describeUnknownKey(key, path, findings)
        break
      case 'invalid_key':
        findings.add({
          code: 'WF-NAME',
          message: `${quoted(path.at(-1))} is not a name of a pool`,
          fix: 'use letters, digits, `-` and `_`, starting with a letter, at most 63',
          path,
          at: 'key',
        })
        break
      case 'invalid_union': {
        const meant = issue.errors.find((errors) => errors.some(isWithin))
        if (meant === undefined) describeValue(issue, value, path, findings)
        else describeIssues(meant, value, findings, path)
        break
      }
      default:
        describeValue(issue, value, path, findings)
    }
  }
}

/** The value was of the right kind, and something in it is wrong. */
function isWithin({ path, code }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code === 'unrecognized_keys'
}

function describeUnknownKey(key: string, owner: Path, findings: Findings): void {
  const keys = knownKeys(poolsFileSchema, owner)
  const near = didYouMean(key, keys)
  findings.add({
    code: 'WF-UNKNOWN-KEY',
    message: `unknown key ${quoted(key)} in ${describePlace(owner)}`,
    fix: near === undefined ? `use one of ${keys.map(quoted).join(', ')}` : `did you mean ${quoted(near)}?`,
    path: [...owner, key],
    at: 'key',
  })
}

function describeValue(issue: z.core.$ZodIssue, value: Json, path: Path, findings: Findings): void {
  const found = path.reduce<Json | undefined>(within, value)
  const expected = expectation(issue)
  if (found === undefined) {
    const [key, owner] = [quoted(path.at(-1)), path.slice(0, -1)]
    findings.add({
      code: 'WF-MISSING-KEY',
      message: `${describePlace(owner)} has no ${key}`,
      fix: `add ${key}: ${expected}`,
      path: owner,
      at: 'key',
    })
    return
  }
  findings.add({
    code: 'WF-VALUE',
    message: found === null ? `${describePlace(path)} is empty` : `${describePlace(path)} cannot be ${quoted(found)}`,
    fix: `write ${expected}`,
    path,
    at: 'value',
  })
}

function within(value: Json | undefined, key: string | number): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[])[Number(key)]
  return isObject(value) ? value[key] : undefined
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && ['object', 'record'].includes(issue.expected)) return 'a map of keys and values'
  return issue.message
}
