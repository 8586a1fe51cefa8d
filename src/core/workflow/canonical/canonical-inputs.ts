import { canonicalPath } from '#core/workflow/canonical/canonical-path.ts'
import { canonicalReference } from '#core/workflow/canonical/canonical-reference.ts'
import { inKeyOrder, jsonInKeyOrder } from '#core/workflow/canonical/key-order.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import type { CheckedTask } from '#core/workflow/schema.ts'
import type { Input, Task } from '#core/workflow/workflow.ts'

type CheckedInput = NonNullable<CheckedTask['inputs']>[string]

/** The inputs of a task. One that names no source, or two, is reported. */
export function canonicalInputs(given: CheckedTask['inputs'], place: Path, findings: Findings): Task['inputs'] {
  if (given === undefined) return NO_INPUTS
  const inputs: Record<string, Input> = {}
  for (const [name, input] of Object.entries(given)) {
    const canonical = canonicalInput(input, [...place, name], findings)
    if (canonical !== undefined) inputs[name] = canonical
  }
  return inKeyOrder(inputs)
}

/** One for all tasks that have none: a large workflow is mostly such things. */
const NO_INPUTS: Task['inputs'] = {}

function canonicalInput(input: CheckedInput, place: Path, findings: Findings): Input | undefined {
  const optional = input.optional ?? false
  const sources = (['file', 'from', 'value', 'uri'] as const).filter((key) => input[key] !== undefined)
  if (sources.length !== 1) {
    findings.add({
      code: sources.length === 0 ? 'WF-MISSING-KEY' : 'WF-CONFLICT',
      message:
        sources.length === 0
          ? `${describePlace(place)} says nothing about where it comes from`
          : `${describePlace(place)} comes from ${sources.map((key) => `\`${key}\``).join(' and ')} at once`,
      fix: 'give it exactly one of `file`, `from` and `value`',
      path: place,
      at: 'key',
    })
    return undefined
  }
  if (input.blob !== undefined && input.file === undefined) {
    findings.add({
      code: 'WF-CONFLICT',
      message: `${describePlace(place)} has a \`blob\` but no \`file\``,
      fix: 'remove `blob`, or name the file that it is the content of',
      path: [...place, 'blob'],
      at: 'key',
    })
  }
  if (input.file !== undefined) {
    const path = canonicalPath(input.file, [...place, 'file'], findings)
    const content = input.blob === undefined ? {} : { sha256: input.blob.slice('sha256:'.length) }
    return { kind: 'file', optional, path, ...content }
  }
  if (input.from !== undefined) {
    const reference = canonicalReference(input.from)
    return reference.kind === 'param'
      ? { kind: 'param', optional, param: reference.param }
      : { from: reference.from, kind: 'output', optional }
  }
  return input.value === undefined ? undefined : { kind: 'value', optional, value: jsonInKeyOrder(input.value) }
}
