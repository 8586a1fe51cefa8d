import { inKeyOrder } from '#core/workflow/canonical/key-order.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import { environmentName, isReservedVariable, type VariableKind } from '#core/workflow/environment-name.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { CheckedTask } from '#core/workflow/schema.ts'
import { utf8Length } from '#core/workflow/utf8-length.ts'
import type { Task } from '#core/workflow/workflow.ts'

/** The variables that a user sets for a task and all of its variants. Those that would become the same variable as another are reported. */
export function canonicalEnvironment(
  task: CheckedTask,
  params: readonly string[],
  defaults: Readonly<Record<string, string>>,
  place: Path,
  findings: Findings,
): Task['env'] {
  const owners = new Map<string, string>()
  findClashes('param', params, ['params'], owners, undefined)
  findClashes('input', Object.keys(task.inputs ?? {}), [...place, 'inputs'], owners, findings)
  findClashes('output', Object.keys(task.outputs ?? {}), [...place, 'outputs'], owners, findings)
  findClashes('each', Object.keys(task.forEach ?? {}), [...place, 'forEach'], owners, findings)
  const secrets = Object.keys(task.secrets ?? {})
  for (const variable of secrets) checkSetVariable(variable, '', [...place, 'secrets', variable], owners, findings)
  for (const variable of secrets) owners.set(variable, `secret ${quoted(variable)}`)
  const own = task.env ?? {}
  checkEnv(own, [...place, 'env'], owners, findings)
  for (const [name, variant] of Object.entries(task.variants ?? {})) {
    checkEnv(variant.env ?? {}, [...place, 'variants', name, 'env'], owners, findings)
  }
  for (const variable of Object.keys(defaults)) {
    const owner = owners.get(variable)
    if (owner !== undefined) reportClash(['defaults', 'env', variable], variable, owner, findings)
  }
  return inKeyOrder({ ...defaults, ...own })
}

function checkEnv(
  env: Readonly<Record<string, string>>,
  place: Path,
  owners: ReadonlyMap<string, string>,
  findings: Findings,
): void {
  for (const [variable, value] of Object.entries(env)) {
    checkSetVariable(variable, value, [...place, variable], owners, findings)
  }
}

function checkSetVariable(
  variable: string,
  value: string,
  path: Path,
  owners: ReadonlyMap<string, string>,
  findings: Findings,
): void {
  checkVariable(variable, value, path, findings)
  const owner = owners.get(variable)
  if (owner !== undefined) reportClash(path, variable, owner, findings)
}

/** Reports a variable that tasks may not set, or whose value no environment can carry. */
export function checkVariable(variable: string, value: string, path: Path, findings: Findings): void {
  if (isReservedVariable(variable)) {
    findings.add({
      code: 'WF-ENV-CLASH',
      message: `variables that start with \`FORKCAST_\` are set for every task: ${quoted(variable)}`,
      fix: 'choose another name',
      path,
      at: 'key',
    })
  }
  const bytes = utf8Length(value)
  if (bytes <= LIMITS.envValueBytes.value) return
  findings.add({
    code: 'WF-LIMIT',
    message: beyondLimit(`the value of ${describePlace(path)}`, bytes, 'envValueBytes'),
    fix: 'put it into a file and make that an input',
    path,
    at: 'key',
  })
}

/** Reports names of one kind that become the same variable, and remembers whose each variable is. */
export function findClashes(
  kind: VariableKind,
  names: readonly string[],
  place: Path,
  owners: Map<string, string>,
  findings: Findings | undefined,
): void {
  for (const name of names) {
    const variable = environmentName(kind, name)
    const owner = owners.get(variable)
    if (owner === undefined) owners.set(variable, `${kind === 'each' ? 'forEach key' : kind} ${quoted(name)}`)
    else if (findings !== undefined) reportClash([...place, name], variable, owner, findings)
  }
}

function reportClash(path: Path, variable: string, owner: string, findings: Findings): void {
  findings.add({
    code: 'WF-ENV-CLASH',
    message: `${describePlace(path)} would be the variable ${quoted(variable)}, which is already that of ${owner}`,
    fix: 'rename one of the two',
    path,
    at: 'key',
  })
}
