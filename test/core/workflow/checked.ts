import { expect } from 'vitest'
import type { Diagnostic } from '#core/workflow/diagnostic.ts'
import { parseWorkflow } from '#core/workflow/parse-workflow.ts'
import { renderDiagnostics } from '#core/workflow/render-diagnostics.ts'
import type { Task, Workflow } from '#core/workflow/workflow.ts'

/** The workflow in a YAML text. */
export function workflowIn(text: string): Workflow {
  const parsed = parseWorkflow(text, { format: 'yaml', fileName: 'flow.yaml' })
  expect(parsed.ok ? '' : rendered(text)).toBe('')
  if (!parsed.ok) throw new Error('unreachable: the assertion above fails')
  return parsed.value.workflow
}

/** The task `t` of a workflow of which only that task's fields are given, as YAML in braces. */
export function taskWith(fields: string, head = ''): Task {
  const task = workflowIn(oneTask(fields, head)).tasks.find(({ id }) => id === 't')
  if (task === undefined) throw new Error('task t is always written')
  return task
}

/** The errors in a workflow of which only the fields of the task `t` are given, as YAML in braces. */
export function errorsWith(fields: string, head = ''): readonly string[] {
  return errorsIn(oneTask(fields, head))
}

function oneTask(fields: string, head: string): string {
  const others = '  list: { run: ls, outputs: { all: { path: all.json }, log: { path: log.txt } } }\n'
  const each = '  each: { run: ls, forEach: { n: [1, 2] }, outputs: { one: { path: one.json } } }\n'
  return `apiVersion: forkcast/v1\nname: test\n${head}\ntasks:\n${others}${each}  t: { run: 'true', ${fields} }\n`
}

/** A workflow with these tasks, as JSON on one line. */
export function withTasks(tasks: string): string {
  return `{"apiVersion":"forkcast/v1","name":"a","tasks":{${tasks}}}`
}

/** The errors in a YAML text, as `CODE line:column message → fix`. */
export function errorsIn(text: string, format: 'yaml' | 'json' = 'yaml'): readonly string[] {
  return diagnosticsIn(text, format).map(({ code, message, position, fix }) => {
    const place = position === undefined ? '' : ` ${position.line}:${position.column}`
    return `${code}${place} ${message} → ${fix}`
  })
}

/** The codes of the errors in a text. */
export function codesIn(text: string, format: 'yaml' | 'json' = 'yaml'): readonly string[] {
  return diagnosticsIn(text, format).map(({ code }) => code)
}

/** The errors in a text; none when it is a workflow. */
export function diagnosticsIn(text: string, format: 'yaml' | 'json' = 'yaml'): readonly Diagnostic[] {
  const parsed = parseWorkflow(text, { format, fileName: `flow.${format}` })
  return parsed.ok ? [] : parsed.error
}

/** The errors in a YAML text as a person sees them. */
export function rendered(text: string): string {
  return renderDiagnostics(diagnosticsIn(text), { name: 'flow.yaml', text })
}
