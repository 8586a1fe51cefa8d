import { inKeyOrder } from '#core/workflow/canonical/key-order.ts'
import type { CheckedTask } from '#core/workflow/schema.ts'
import { secretSource } from '#core/workflow/secret-source.ts'
import type { SecretRef, Task } from '#core/workflow/workflow.ts'

/** Where the values of a task's secrets are. Those that are not understood were left out before. */
export function canonicalSecrets(given: CheckedTask['secrets']): Task['secrets'] {
  if (given === undefined) return NO_SECRETS
  const secrets: Record<string, SecretRef> = {}
  for (const [variable, { from }] of Object.entries(given)) {
    const { name, source } = secretSource(from) as SecretRef
    secrets[variable] = { name, source }
  }
  return inKeyOrder(secrets)
}

/** One for all tasks that have none. */
const NO_SECRETS: Task['secrets'] = {}
