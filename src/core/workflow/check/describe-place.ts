import type { Path } from '#core/workflow/document/document.ts'
import { quoted } from '#core/workflow/quoted.ts'

/** A place in words: `timeout` of task `clean`, input `rules` of task `clean`, the workflow. */
export function describePlace(path: Path): string {
  const [section, name, field, member, ...rest] = path
  if (section === undefined) return 'the workflow'
  if (section === 'tasks' && name !== undefined) {
    const task = `task ${quoted(String(name))}`
    if (field === undefined) return task
    const singular = MEMBERS[String(field)]
    if (singular !== undefined && member !== undefined) {
      const owner = `${singular} ${quoted(String(member))} of ${task}`
      return rest.length === 0 ? owner : `${quoted(rest.join('.'))} of ${owner}`
    }
    return `${quoted(path.slice(2).join('.'))} of ${task}`
  }
  const singular = MEMBERS[String(section)]
  if (singular !== undefined && name !== undefined) {
    const owner = `${singular} ${quoted(String(name))}`
    return field === undefined ? owner : `${quoted(path.slice(2).join('.'))} of ${owner}`
  }
  return quoted(path.join('.'))
}

const MEMBERS: Readonly<Record<string, string>> = {
  inputs: 'input',
  outputs: 'output',
  params: 'parameter',
  forEach: '`forEach` key',
  env: 'variable',
  secrets: 'secret',
  variants: 'variant',
  labels: 'label',
}
