import { describePlace } from '#core/workflow/check/describe-place.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { NAME_PATTERN } from '#core/workflow/schema/scalars.ts'

/**
 * Reports names that are not made of ASCII letters, digits, `-` and `_`, that start with `x-`, or that differ from
 * another in upper and lower case only. Returns those that are usable. Linear.
 */
export function checkNames(names: readonly string[], place: Path, findings: Findings): readonly string[] {
  const folded = new Map<string, string>()
  return names.filter((name) => {
    const report = (code: 'WF-NAME' | 'WF-NAME-CLASH', message: string, fix: string) => {
      findings.add({ code, message, fix, path: [...place, name], at: 'key' })
      return false
    }
    if (name.startsWith('x-')) {
      return report(
        'WF-NAME',
        `${quoted(name)}: a name that starts with \`x-\` looks like a key that is ignored`,
        'choose another name',
      )
    }
    if (!NAME_PATTERN.test(name)) {
      const plain = asName(name)
      return report(
        'WF-NAME',
        `${quoted(name)} in ${describePlace(place)} is not a name`,
        plain === undefined
          ? 'use letters, digits, `-` and `_`, starting with a letter, at most 63'
          : `write ${quoted(plain)}: letters, digits, \`-\` and \`_\`, starting with a letter`,
      )
    }
    if (place[0] === 'tasks' && place.length === 1 && name === 'params') {
      return report(
        'WF-NAME',
        '`params` cannot be a task: `params.name` is a reference to a parameter',
        'choose another name',
      )
    }
    const lower = name.toLowerCase()
    const other = folded.get(lower)
    if (other !== undefined) {
      return report(
        'WF-NAME-CLASH',
        `${quoted(name)} and ${quoted(other)} differ in upper and lower case only`,
        'rename one of the two',
      )
    }
    folded.set(lower, name)
    return true
  })
}

/** The name that is nearest to a text that is none. */
function asName(text: string): string | undefined {
  const plain = text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z]+|-+$/g, '')
    .slice(0, 63)
  return NAME_PATTERN.test(plain) && didYouMean(text, [plain]) !== undefined ? plain : undefined
}
