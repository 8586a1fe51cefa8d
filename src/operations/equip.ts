import type { Assignment, LeaseAnswer, LongVariable, Variable } from '#contract/clone-api.ts'
import { blobKey } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Ports } from '#operations/ports.ts'
import type { CloneCredentials } from '#ports/clone-credentials.ts'

/** What a clone is handed with its lease. */
export type Equipment = Pick<Extract<LeaseAnswer, { granted: true }>, 'assignment' | 'credentials'>

/** Bytes of variables that an answer carries. Longer ones go by objects, the longest first. */
export const answeredBytes = 1024 ** 2

/** Bytes of an assignment as an answer carries it, as a text in JSON: a function of an account answers with 6 MB at most. */
const mostBytes = 5.5 * 1024 ** 2

/**
 * Makes an assignment fit for a clone on another machine: values that are too long for an answer become objects by content, which all
 * clones share that are given the same; and there are credentials for what is to be read and written, if any are issued.
 * The error says why the clone can never be given them.
 */
export async function equip(
  { objects, credentials }: Pick<Ports, 'objects'> & { readonly credentials?: CloneCredentials },
  whole: Assignment,
): Promise<Result<Equipment, string>> {
  const { short, long } = parted(whole.variables)
  const longVariables: LongVariable[] = []
  for (const { name, bytes } of long) {
    const hash = sha256(bytes)
    const object = blobKey(hash)
    if ((await objects.size(object)) === undefined) await objects.writeOnce(object, bytes)
    longVariables.push({ name, value: { object, sha256: hash, bytes: bytes.byteLength } })
  }
  const assignment = long.length === 0 ? whole : { ...whole, variables: short, longVariables }
  const { byteLength } = jsonBytes(JSON.stringify(assignment))
  if (byteLength > mostBytes)
    return err(`an answer can't carry its ${byteLength} bytes: shorten its commands or \`env\``)
  if (credentials === undefined) return ok({ assignment })
  const issued = await credentials.issue({ ...whole, longVariables })
  return issued.ok ? ok({ assignment, credentials: issued.value }) : issued
}

/** Variables that stay, in their order, and those that are too much, with their values as JSON. */
function parted(variables: readonly Variable[]) {
  const measured = variables.map((variable) => ({ variable, name: variable.name, bytes: jsonBytes(variable.value) }))
  const long = new Map<Variable, (typeof measured)[number]>()
  let rest = measured.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)
  for (const one of measured.toSorted((a, b) => b.bytes.byteLength - a.bytes.byteLength)) {
    if (rest <= answeredBytes) break
    rest -= one.bytes.byteLength
    long.set(one.variable, one)
  }
  return { short: variables.filter((variable) => !long.has(variable)), long: [...long.values()] }
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}
