import type { Json } from '#core/json.ts'
import { canonicalTask, type TaskSurroundings } from '#core/workflow/canonical/canonical-task.ts'
import { isObject } from '#core/workflow/document/document.ts'
import { Findings } from '#core/workflow/findings.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { NAME_PATTERN } from '#core/workflow/schema/scalars.ts'
import type { Command, Task } from '#core/workflow/workflow.ts'

/**
 * Reads tasks that say what to run and what to wait for and nothing else, as nearly all of a very large workflow do,
 * without the schema: what such tasks share is made once. Whatever is wrong, or might be, is not accepted; the schema
 * and its words decide about that.
 */
export function plainTaskReader(around: TaskSurroundings): (id: string, given: Json) => Task | undefined {
  const findings = new Findings()
  const shared = canonicalTask('', { run: [''] }, around, findings)
  if (!findings.isEmpty) return () => undefined
  return (id, given) => {
    if (!isObject(given)) return undefined
    for (const key in given) if (key !== 'run' && key !== 'needs') return undefined
    const run = plainCommand(given['run'])
    const needs = plainNeeds(given['needs'])
    // In the order of the shared one, which is that of the canonical form.
    return run === undefined || needs === undefined ? undefined : { ...shared, id, needs, run }
  }
}

/** No unit of a text takes more than three bytes. */
const SHORT = LIMITS.commandBytes.value / 4

function plainCommand(run: Json | undefined): Command | undefined {
  if (typeof run === 'string') return run === '' || run.length > SHORT ? undefined : { kind: 'shell', script: run }
  if (!Array.isArray(run) || run.length === 0 || run.length > LIMITS.commandArguments.value) return undefined
  let length = run.length
  for (const argument of run as readonly Json[]) {
    if (typeof argument !== 'string') return undefined
    length += argument.length
  }
  return length > SHORT ? undefined : { argv: run as readonly string[], kind: 'argv' }
}

const NONE: Task['needs'] = []

function plainNeeds(needs: Json | undefined): Task['needs'] | undefined {
  if (needs === undefined) return NONE
  if (!Array.isArray(needs)) return undefined
  let isSorted = true
  let previous = ''
  for (const need of needs as readonly Json[]) {
    if (typeof need !== 'string' || !NAME_PATTERN.test(need)) return undefined
    if (need < previous) isSorted = false
    previous = need
  }
  return isSorted ? (needs as readonly string[]) : (needs as readonly string[]).toSorted()
}
