import { describePlace } from '../check/describe-place.ts'
import type { Path } from '../document/document.ts'
import type { Findings } from '../findings.ts'
import type { CheckedTask } from '../schema.ts'
import type { Input } from '../workflow.ts'
import { canonicalPath } from './canonical-path.ts'
import { canonicalReference } from './canonical-reference.ts'

type CheckedInput = NonNullable<CheckedTask['inputs']>[string]

/** The inputs of a task. One that names no source, or two, is reported. */
export function canonicalInputs(given: CheckedTask['inputs'], place: Path, findings: Findings): Record<string, Input> {
  const inputs: Record<string, Input> = {}
  for (const [name, input] of Object.entries(given ?? {})) {
    const canonical = canonicalInput(input, [...place, name], findings)
    if (canonical !== undefined) inputs[name] = canonical
  }
  return inputs
}

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
    return { kind: 'file', path, ...content, optional }
  }
  if (input.from !== undefined) return { ...canonicalReference(input.from), optional }
  return input.value === undefined ? undefined : { kind: 'value', value: input.value, optional }
}
