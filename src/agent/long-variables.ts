import type { Assignment, Variable, VariableValue } from '#contract/clone-api.ts'
import { sha256 } from '#core/hash.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** All variables of an assignment, with those whose values are objects. The error names one whose object is gone or was changed. */
export async function allVariables(
  objects: Pick<ObjectStore, 'read'>,
  { variables, longVariables = [] }: Pick<Assignment, 'variables' | 'longVariables'>,
): Promise<Result<readonly Variable[], { readonly name: string; readonly why: string }>> {
  const all = [...variables]
  for (const { name, value } of longVariables) {
    const bytes = await objects.read(value.object)
    if (bytes === undefined) return err({ name, why: `object ${value.object} is missing` })
    if (sha256(bytes) !== value.sha256) return err({ name, why: `object ${value.object} was changed` })
    all.push({ name, value: JSON.parse(new TextDecoder().decode(bytes)) as VariableValue })
  }
  return ok(all)
}
