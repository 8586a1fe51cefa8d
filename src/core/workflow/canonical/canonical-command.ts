import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import type { CheckedTask } from '#core/workflow/schema.ts'
import { utf8Length } from '#core/workflow/utf8-length.ts'
import type { Command } from '#core/workflow/workflow.ts'

/** The command at a place. One that is too long is reported; one that is not there was reported before. */
export function canonicalCommand(given: CheckedTask['run'], place: Path, findings: Findings): Command {
  // Such a task only takes part in further checks.
  if (given === undefined) return { argv: [], kind: 'argv' }
  const bytes =
    typeof given === 'string' ? utf8Length(given) : given.reduce((sum, argument) => sum + utf8Length(argument) + 1, 0)
  if (bytes > LIMITS.commandBytes.value) {
    findings.add({
      code: 'WF-LIMIT',
      message: beyondLimit(describePlace(place), bytes, 'commandBytes'),
      fix: 'put it into a file of the code folder, and run that',
      path: place,
      at: 'key',
    })
  }
  return typeof given === 'string' ? { kind: 'shell', script: given } : { argv: given, kind: 'argv' }
}
