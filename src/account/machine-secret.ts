import type { Problem } from '#contract/problem.ts'
import type { Workflow } from '#core/workflow/workflow.ts'

/** What is wrong with a workflow for an account whose task takes a secret of somebody's machine: no container could ever read it. */
export function machineSecret({ tasks }: Workflow): Problem | undefined {
  for (const { id, secrets } of tasks) {
    for (const { source, name } of Object.values(secrets)) {
      if (source !== 'env' && source !== 'file') continue
      return {
        code: 'SECRET-OF-MACHINE',
        message: `task ${id} takes the secret ${source}:${name}, which is of a machine: containers of an account do not have it`,
        fix: 'put the value into Systems Manager or Secrets Manager of the account, and name it as `ssm:NAME` or `secretsmanager:ARN`',
        exitCode: 2,
      }
    }
  }
  return undefined
}
