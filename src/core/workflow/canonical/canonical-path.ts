import { describePlace } from '../check/describe-place.ts'
import type { Path } from '../document/document.ts'
import type { Findings } from '../findings.ts'
import { quoted } from '../quoted.ts'
import { normalisedPath, pathProblem } from '../relative-path.ts'

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
