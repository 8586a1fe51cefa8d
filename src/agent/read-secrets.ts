import type { AgentDeps } from '#agent/clone-job.ts'
import { isLongEnough, leastCharacters } from '#agent/secret-forms.ts'
import type { Assignment } from '#contract/clone-api.ts'
import type { Evidence } from '#core/failure/classify.ts'
import { err, ok, type Result } from '#core/result.ts'

/** All secrets of a task together: what one of an account may have. Recognising them takes memory. */
const maxBytes = 64 * 1024

/** The values of a task's secrets by variable. What is wrong with one is said without its value. */
export async function readSecrets(
  { secret }: AgentDeps,
  secrets: Assignment['secrets'],
  signal: AbortSignal,
): Promise<Result<Readonly<Record<string, string>>, Evidence>> {
  const values: Record<string, string> = {}
  let bytes = 0
  const all = Object.entries(secrets).map(async ([name, ref]) => ({ name, ref, found: await secret(ref, signal) }))
  for (const { name, ref, found } of await Promise.all(all)) {
    const bad = (why: string) => err({ kind: 'secret', name, why: `${ref.source}:${ref.name} ${why}` } as const)
    if (!found.ok) return bad(found.error)
    const { value } = found
    bytes += Buffer.byteLength(value)
    if (value.includes('\0')) return bad('has a null byte, which a variable cannot hold')
    if (!isLongEnough(value)) {
      return bad(`has fewer than ${leastCharacters} characters: it could not be told from other text in logs`)
    }
    if (bytes > maxBytes) return bad(`is too long: the secrets of a task have at most ${maxBytes / 1024} KiB together`)
    values[name] = value
  }
  return ok(values)
}
