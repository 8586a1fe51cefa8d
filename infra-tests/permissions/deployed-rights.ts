import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam'
import { deploymentEnvironment } from '#contract/deployment.ts'
import { deployedFunctions, nameOf } from '../account/deployed-functions.ts'
import { credentials, region } from '../account/emulated-account.ts'

/** What a role may, as it was deployed: the policies of its template with every reference resolved, JSON each. */
export type RolePolicies = readonly string[]

/** Rights of a deployment. */
export interface DeployedRights {
  readonly functions: Readonly<Record<string, RolePolicies>>
  /** The role that clones act in. */
  readonly clones: RolePolicies
  readonly stateMachine: string
}

/** Reads what functions and clones may. */
export async function deployedRights(accountUrl: string): Promise<DeployedRights> {
  const client = new IAMClient({ endpoint: accountUrl, region, credentials })
  const policiesOf = async (roleArn: string): Promise<RolePolicies> => {
    const RoleName = roleArn.split('/').at(-1)
    const { PolicyNames = [] } = await client.send(new ListRolePoliciesCommand({ RoleName }))
    const asked = PolicyNames.map((PolicyName) => client.send(new GetRolePolicyCommand({ RoleName, PolicyName })))
    return (await Promise.all(asked)).map(({ PolicyDocument = '' }) => decodeURIComponent(PolicyDocument))
  }
  const functions: Record<string, RolePolicies> = {}
  const settings = new Map<string, string>()
  for (const one of await deployedFunctions(accountUrl)) {
    const name = nameOf(one)
    if (name === undefined) continue
    functions[name] = await policiesOf(one.Role)
    for (const [key, value] of Object.entries(one.Environment?.Variables ?? {})) settings.set(key, value)
  }
  const settingOf = (name: 'cloneRole' | 'stateMachine'): string => settings.get(deploymentEnvironment[name]) ?? ''
  const clones = await policiesOf(settingOf('cloneRole'))
  client.destroy()
  return { functions, clones, stateMachine: settingOf('stateMachine') }
}
