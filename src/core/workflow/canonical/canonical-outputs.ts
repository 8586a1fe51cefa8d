import { canonicalPath } from '#core/workflow/canonical/canonical-path.ts'
import { inKeyOrder, jsonInKeyOrder } from '#core/workflow/canonical/key-order.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { CheckedTask } from '#core/workflow/schema.ts'
import type { Output, Task } from '#core/workflow/workflow.ts'

type CheckedOutput = NonNullable<CheckedTask['outputs']>[string]

/** The outputs of a task. Paths that are the same, or of which one holds the other, are reported. */
export function canonicalOutputs(given: CheckedTask['outputs'], place: Path, findings: Findings): Task['outputs'] {
  if (given === undefined) return NO_OUTPUTS
  const outputs: Record<string, Output> = {}
  for (const [name, output] of Object.entries(given)) {
    outputs[name] = canonicalOutput(output, [...place, name], findings)
  }
  findSharedPaths(outputs, place, findings)
  return inKeyOrder(outputs)
}

/** One for all tasks that have none. */
const NO_OUTPUTS: Task['outputs'] = {}

function canonicalOutput(output: CheckedOutput, place: Path, findings: Findings): Output {
  const path = canonicalPath(output.path, [...place, 'path'], findings)
  const endsAsFolder = output.path.endsWith('/')
  const type = output.type ?? (endsAsFolder ? 'directory' : path.endsWith('.json') ? 'json' : 'file')
  const report = (message: string, fix: string, key: string) =>
    findings.add({ code: 'WF-CONFLICT', message, fix, path: [...place, key], at: 'value' })
  if (path === '.') {
    report(`${describePlace(place)} would be the whole output folder`, 'name a file or folder in it', 'path')
  }
  if (endsAsFolder && type !== 'directory') {
    report(
      `${describePlace(place)} is a ${quoted(type)} but its path ends in \`/\``,
      'remove the `/` or the `type`',
      'path',
    )
  }
  if (output.schema !== undefined && type !== 'json') {
    report(`${describePlace(place)} has a schema but is no JSON`, 'add `type: json`, or remove the schema', 'schema')
  }
  return {
    optional: output.optional ?? false,
    path,
    ...(output.schema === undefined ? {} : { schema: jsonInKeyOrder(output.schema) }),
    type,
  }
}

function findSharedPaths(outputs: Readonly<Record<string, Output>>, place: Path, findings: Findings): void {
  if (Object.keys(outputs).length < 2) return
  const owners = new Map<string, string>()
  for (const [name, { path }] of Object.entries(outputs)) {
    const key = path.toLowerCase()
    const owner = owners.get(key)
    if (owner === undefined) owners.set(key, name)
    else reportShared(name, owner, path, place, findings)
  }
  for (const [name, { path }] of Object.entries(outputs)) {
    const parts = path.toLowerCase().split('/')
    for (let length = 1; length < parts.length; length++) {
      const owner = owners.get(parts.slice(0, length).join('/'))
      if (owner !== undefined) reportShared(name, owner, path, place, findings)
    }
  }
}

function reportShared(name: string, owner: string, path: string, place: Path, findings: Findings): void {
  findings.add({
    code: 'WF-PATH-CLASH',
    message: `the path ${quoted(path)} of ${describePlace([...place, name])} is also that of output ${quoted(owner)}`,
    fix: 'give each output a path of its own',
    path: [...place, name, 'path'],
    at: 'value',
  })
}
