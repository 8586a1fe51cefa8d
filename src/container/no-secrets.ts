import { err, type Result } from '#core/result.ts'
import type { SecretRef } from '#core/workflow/workflow.ts'

/** Why a container has no value for a secret: in this version none has. */
export async function noSecrets({ source }: SecretRef): Promise<Result<string, string>> {
  if (source === 'env' || source === 'file') {
    return err('is of the machine that an engine runs on: no container has it')
  }
  return err('is not read in a container by this version: run the task on one machine')
}
