import type { AgentDeps } from '#agent/clone-job.ts'
import { contextOf, environmentOf, outputVariables } from '#agent/environment.ts'
import { allVariables } from '#agent/long-variables.ts'
import { placeCode } from '#agent/place-code.ts'
import { readSecrets } from '#agent/read-secrets.ts'
import { Redaction } from '#agent/redaction.ts'
import { stageVariables } from '#agent/stage-variables.ts'
import { writeContext, type Workspace } from '#agent/workspace.ts'
import type { Assignment } from '#contract/clone-api.ts'
import type { Evidence } from '#core/failure/classify.ts'
import { err, ok, type Result } from '#core/result.ts'

/** All that a command needs before it may start. */
export interface StagedIn {
  readonly env: Readonly<Record<string, string>>
  readonly bytesIn: number
  /** Absent: there is nothing to hide. */
  readonly redaction: Redaction | undefined
}

/** Fills a clone's folders: its copy of the code, its inputs, places for its outputs, its context. */
export async function stageIn(
  deps: AgentDeps,
  assignment: Assignment,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Result<StagedIn, Evidence>> {
  const secrets = await readSecrets(deps, assignment.secrets, signal)
  if (!secrets.ok) return secrets
  const from = { objects: deps.objects, cache: deps.contentCache, signal }
  if (assignment.code !== null) {
    const problem = await placeCode(from, deps.codeCache, assignment.code, workspace.code)
    if (problem !== undefined) return err({ kind: 'input', name: 'code', why: problem })
  }
  const all = await allVariables(deps.objects, assignment)
  if (!all.ok) return err({ kind: 'input', ...all.error })
  const staged = await stageVariables(all.value, workspace.inputs, from)
  if (!staged.ok) return err({ kind: 'input', ...staged.error })
  const variables = { ...staged.value.env, ...outputVariables(assignment.outputs, workspace.outputs) }
  writeContext(workspace, contextOf(assignment, variables))
  return ok({
    env: environmentOf(deps.inherit, assignment, variables, secrets.value, workspace),
    bytesIn: staged.value.bytesIn,
    redaction: redactionOf(Object.values(secrets.value)),
  })
}

function redactionOf(values: readonly string[]): Redaction | undefined {
  return values.length === 0 ? undefined : new Redaction(values)
}
