import { paginateGetParametersByPath, type SSMClient } from '@aws-sdk/client-ssm'
import { deploymentParameters, type PoolParameter, poolParameterSchema } from '#contract/deployment.ts'

/** The pools of a deployment by id, as its stack describes them. @throws with the names of all parameters that describe none. */
export async function readPoolParameters(client: SSMClient, deployment: string): Promise<readonly PoolParameter[]> {
  const Path = deploymentParameters.pools(deployment)
  const pools: PoolParameter[] = []
  const faults: string[] = []
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path, Recursive: true })) {
    for (const { Name = '', Value = '' } of Parameters) {
      const read = poolParameterSchema.safeParse(parsed(Value))
      if (read.success) pools.push(read.data)
      else
        faults.push(
          `${Name}: ${read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`,
        )
    }
  }
  if (faults.length > 0) throw new Error(`parameters that describe no pool: ${faults.join(' | ')}`)
  return pools.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
