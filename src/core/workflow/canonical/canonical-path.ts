import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { normalisedPath, pathProblem } from '#core/workflow/relative-path.ts'

/** A path in its shortest form. One that leaves its folder or is not portable is reported. */
export function canonicalPath(given: string, place: Path, findings: Findings): string {
  const problem = pathProblem(given)
  if (problem !== undefined) {
    findings.add({
      code: 'WF-PATH',
      message: `${describePlace(place)}: the path ${quoted(given)} ${problem}`,
      fix: 'write a relative path that stays in the folder, as `data/rules.json`',
      path: place,
      at: 'value',
    })
  }
  return normalisedPath(given)
}
