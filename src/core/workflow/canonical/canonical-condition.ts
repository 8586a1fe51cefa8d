import { canonicalReference } from '#core/workflow/canonical/canonical-reference.ts'
import { jsonInKeyOrder } from '#core/workflow/canonical/key-order.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Finding, Findings } from '#core/workflow/findings.ts'
import { isJsonPointer } from '#core/workflow/json-pointer.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { SUBJECTS, type ConditionInput } from '#core/workflow/schema/condition-schema.ts'
import { comparisons, type Condition, type Operand } from '#core/workflow/workflow.ts'

/**
 * A condition. One that is about nothing or about several things, or that does not compare with exactly one value, is
 * reported, and stands for itself in further checks.
 */
export function canonicalCondition(given: ConditionInput, place: Path, findings: Findings, depth = 1): Condition {
  const fault = (code: Finding['code'], message: string, fix: string, key?: string): Condition => {
    const path = key === undefined ? place : [...place, key]
    findings.add({ code, message: `${describePlace(place)} ${message}`, fix, path, at: 'key' })
    return FAULTY
  }
  const [subject, another] = SUBJECTS.filter((key) => given[key] !== undefined)
  if (subject === undefined) {
    return fault('WF-MISSING-KEY', 'compares nothing', 'name a `param` or an `output`, or write `all`, `any` or `not`')
  }
  if (another !== undefined) {
    const message = `has ${quoted(subject)} and ${quoted(another)} at once`
    return fault('WF-CONFLICT', message, 'write `all: [ … ]` with a condition for each', another)
  }
  const [is, second] = comparisons.filter((key) => given[key] !== undefined)
  if (subject === 'param' || subject === 'output') {
    if (is === undefined) return fault('WF-MISSING-KEY', 'compares with nothing', `add one of ${LISTED}`)
    if (second !== undefined) {
      const message = `compares with ${quoted(is)} and ${quoted(second)} at once`
      return fault('WF-CONFLICT', message, 'write `all: [ … ]` with a condition for each', second)
    }
    const left = canonicalOperand(subject, given, place, findings)
    return left === undefined ? FAULTY : { is, kind: 'compare', left, right: jsonInKeyOrder(given[is] ?? null) }
  }
  const stray = given.at === undefined ? is : 'at'
  if (stray !== undefined) {
    const message = `has ${quoted(stray)} beside ${quoted(subject)}`
    return fault('WF-CONFLICT', message, `move ${quoted(stray)} to the conditions in ${quoted(subject)}`, stray)
  }
  if (depth > LIMITS.conditionDepth.value) {
    return fault(
      'WF-LIMIT',
      beyondLimit('is nested too deep', depth, 'conditionDepth'),
      'nest less, or decide in a task',
    )
  }
  const within = (part: ConditionInput, ...inner: Path) =>
    canonicalCondition(part, [...place, ...inner], findings, depth + 1)
  if (subject === 'not') return { kind: 'not', of: within(given.not as ConditionInput, 'not') }
  const parts = given[subject] as readonly ConditionInput[]
  return { kind: subject, of: parts.map((part, index) => within(part, subject, index)) }
}

/** Reported before; a task with it takes part in further checks only. */
const FAULTY: Condition = { kind: 'any', of: [] }

const LISTED = comparisons.map(quoted).join(', ')

function canonicalOperand(
  subject: 'param' | 'output',
  given: ConditionInput,
  place: Path,
  findings: Findings,
): Operand | undefined {
  const { at } = given
  if (at !== undefined && !isJsonPointer(at)) {
    findings.add({
      code: 'WF-VALUE',
      message: `${describePlace([...place, 'at'])} cannot be ${quoted(at)}`,
      fix: 'write a JSON pointer such as `/summary/errors`, or remove it for the whole value',
      path: [...place, 'at'],
      at: 'value',
    })
  }
  // An empty pointer leads to the whole, as none does.
  const within = at === undefined || at === '' ? {} : { at }
  if (subject === 'param') return { ...within, kind: 'param', param: given.param as string }
  const reference = canonicalReference(given.output as string)
  if (reference.kind === 'output') return { ...within, from: reference.from, kind: 'output' }
  findings.add({
    code: 'WF-CONDITION',
    message: `${describePlace([...place, 'output'])} is a parameter, and no task leaves it`,
    fix: `write \`param: ${reference.param}\``,
    path: [...place, 'output'],
    at: 'value',
  })
  return undefined
}
