import { canonicalPath } from '#core/workflow/canonical/canonical-path.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import type { CheckedTask } from '#core/workflow/schema.ts'
import type { Code } from '#core/workflow/workflow.ts'

/** The code of a workflow or task: by default that of `otherwise`. */
export function canonicalCode(given: CheckedTask['code'], otherwise: Code, place: Path, findings: Findings): Code {
  if (given === undefined) return otherwise
  if (typeof given === 'object') return { kind: 'blob', sha256: given.blob.slice('sha256:'.length) }
  if (given === 'none') return { kind: 'none' }
  return { kind: 'folder', path: canonicalPath(given, place, findings) }
}
