import type { Json } from '#core/json.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import { isObject, type Path } from '#core/workflow/document/document.ts'
import { isForbiddenKey } from '#core/workflow/document/forbidden-key.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'

/**
 * Reports numbers, texts and keys that JSON cannot carry exactly, wherever they are. Returns whether any key starts
 * with `x-`. The depth of the value is bounded before. Linear.
 */
export function checkValues(root: Json, findings: Findings): boolean {
  let hasExtension = false
  // One path for the whole walk, copied only for an error: most values are fine.
  const path: (string | number)[] = []
  const visit = (value: Json): void => {
    if (typeof value === 'string') checkText(value, path, findings)
    else if (typeof value === 'number') checkNumber(value, path, findings)
    else if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        path.push(index)
        visit(value[index] as Json)
        path.pop()
      }
    } else if (isObject(value)) {
      for (const key of Object.keys(value)) {
        path.push(key)
        if (key.startsWith('x-')) hasExtension = true
        checkKey(key, path, findings)
        visit(value[key] as Json)
        path.pop()
      }
    }
  }
  visit(root)
  return hasExtension
}

function checkKey(key: string, path: Path, findings: Findings): void {
  if (isForbiddenKey(key)) {
    findings.add({
      code: 'WF-FORBIDDEN-KEY',
      message: `the key ${quoted(key)} is not allowed anywhere in a workflow`,
      fix: 'rename the key',
      path: [...path],
      at: 'key',
    })
  } else if (!key.isWellFormed() || key.includes('\0'))
    report('WF-TEXT', 'a key', 'rename the key', path, 'key', findings)
}

function checkText(value: string, path: Path, findings: Findings): void {
  if (value.isWellFormed() && !value.includes('\0')) return
  report('WF-TEXT', describePlace(path), 'remove the character; keep binary data in a file', path, 'value', findings)
}

function checkNumber(value: number, path: Path, findings: Findings): void {
  const isExact =
    Number.isFinite(value) && !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value))
  if (isExact) return
  const shown = Object.is(value, -0) ? '-0' : String(value)
  findings.add({
    code: 'WF-NUMBER',
    message: `${describePlace(path)}: the number ${shown} is not kept exactly`,
    fix: `write a number from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}, or put it in quotes`,
    path: [...path],
    at: 'value',
  })
}

function report(code: 'WF-TEXT', what: string, fix: string, path: Path, at: 'key' | 'value', findings: Findings): void {
  findings.add({ code, message: `${what} holds a NUL or half of a character`, fix, path: [...path], at })
}
