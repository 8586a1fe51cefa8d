import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Workspace } from '#agent/workspace.ts'
import type { Assignment } from '#contract/clone-api.ts'
import { taskEnvironment } from '#contract/task-environment.ts'
import { environmentName } from '#core/workflow/environment-name.ts'

/** `OUTPUT_*` by name. The parents exist, and of a directory the directory itself. */
export function outputVariables(outputs: Assignment['outputs'], folder: string): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {}
  for (const [name, { path, type }] of Object.entries(outputs)) {
    const place = join(folder, path)
    mkdirSync(type === 'directory' ? place : dirname(place), { recursive: true })
    variables[environmentName('output', name)] = place
  }
  return variables
}

/** What `FORKCAST_CONTEXT` holds: who the clone is, and its variables by name. */
export function contextOf(assignment: Assignment, variables: Readonly<Record<string, string>>): object {
  const { run, task, attempt, clone } = assignment.slot
  const { variant } = assignment
  return { runId: run, task, attempt, clone, variant, idempotencyKey: assignment.idempotencyKey, variables }
}

/** All that the command's environment is made of; a later one wins. */
export function environmentOf(
  inherit: Readonly<Record<string, string>>,
  assignment: Assignment,
  variables: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
  workspace: Workspace,
): Readonly<Record<string, string>> {
  const { run, task, attempt, clone } = assignment.slot
  return {
    ...inherit,
    TMPDIR: workspace.temporary,
    ...assignment.env,
    ...variables,
    ...secrets,
    [taskEnvironment.run]: run,
    [taskEnvironment.task]: task,
    [taskEnvironment.attempt]: String(attempt),
    [taskEnvironment.clone]: String(clone),
    ...(assignment.variant === null ? {} : { [taskEnvironment.variant]: assignment.variant }),
    [taskEnvironment.idempotencyKey]: assignment.idempotencyKey,
    [taskEnvironment.context]: workspace.context,
  }
}
