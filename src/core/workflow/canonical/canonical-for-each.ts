import { canonicalReference } from '#core/workflow/canonical/canonical-reference.ts'
import { jsonInKeyOrder } from '#core/workflow/canonical/key-order.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { isJsonPointer } from '#core/workflow/json-pointer.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { CheckedTask } from '#core/workflow/schema.ts'
import type { EachSource, ForEach } from '#core/workflow/workflow.ts'

type CheckedSource = NonNullable<CheckedTask['forEach']>[string]

/** The lists that a task is repeated over, with `zip` and `key`, which mean nothing without them. */
export function canonicalForEach(task: CheckedTask, place: Path, findings: Findings): ForEach | undefined {
  const conflict = (path: Path, message: string, fix: string) =>
    findings.add({
      code: 'WF-CONFLICT',
      message: `${describePlace(place)}: ${message}`,
      fix,
      path: [...place, ...path],
      at: 'key',
    })
  if (task.forEach === undefined) {
    for (const key of ['zip', 'key'] as const) {
      if (task[key] !== undefined)
        conflict([key], `${quoted(key)} without \`forEach\``, `add \`forEach\`, or remove ${quoted(key)}`)
    }
    return undefined
  }
  const keys: ForEach['keys'][number][] = []
  for (const [name, source] of Object.entries(task.forEach)) {
    const canonical = canonicalSource(source, [...place, 'forEach', name], findings)
    if (canonical !== undefined) keys.push({ name, source: canonical })
  }
  const zip = task.zip ?? false
  const eachKeys = keys.filter(({ source }) => source.kind === 'each').length
  if (eachKeys > 0 && keys.length > 1 && !zip) {
    conflict(['forEach'], '`each` pairs instances, so it is not part of a product', 'add `zip: true` to the task')
  }
  if (task.key !== undefined && eachKeys > 0 && eachKeys === keys.length) {
    conflict(['key'], '`key` has no items to point into: with `each` alone, keys are taken over', 'remove `key`')
  }
  if (task.key !== undefined && !isJsonPointer(task.key)) {
    findings.add({
      code: 'WF-VALUE',
      message: `${describePlace([...place, 'key'])} cannot be ${quoted(task.key)}`,
      fix: 'write a JSON pointer such as `/name`, or an empty text for the item itself',
      path: [...place, 'key'],
      at: 'value',
    })
  }
  return { ...(task.key === undefined ? {} : { keyPointer: task.key }), keys, zip }
}

function canonicalSource(source: CheckedSource, place: Path, findings: Findings): EachSource | undefined {
  if (Array.isArray(source)) {
    if (source.length > LIMITS.instances.value) {
      findings.add({
        code: 'WF-LIMIT',
        message: beyondLimit(describePlace(place), source.length, 'instances'),
        fix: 'give each instance several items to work on',
        path: place,
        at: 'key',
      })
    }
    return { items: source.map(jsonInKeyOrder), kind: 'literal' }
  }
  if ((source.from === undefined) === (source.each === undefined)) {
    findings.add({
      code: source.from === undefined ? 'WF-MISSING-KEY' : 'WF-CONFLICT',
      message: `${describePlace(place)} must have either \`from\` or \`each\``,
      fix: 'write `from` for a JSON array, `each` for one item an instance of another task',
      path: place,
      at: 'key',
    })
    return undefined
  }
  if (source.from !== undefined) return canonicalReference(source.from)
  const reference = canonicalReference(source.each as string)
  if (reference.kind === 'output') return { from: reference.from, kind: 'each' }
  findings.add({
    code: 'WF-EACH',
    message: `${describePlace(place)}: \`each\` is element-wise over the instances of a task, and a parameter has none`,
    fix: `write \`from: params.${reference.param}\``,
    path: [...place, 'each'],
    at: 'value',
  })
  return undefined
}
