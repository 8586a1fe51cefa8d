import { z } from 'zod'
import { deploymentEnvironment, type DeploymentSetting } from '#contract/deployment.ts'

const name = z.string().min(1)
const url = z.url()
const arn = z.string().regex(/^arn:[^:]+:[^:]+:/, 'an ARN')

const schemas = {
  deployment: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,62}$/, 'letters, digits and -'),
  table: name,
  bucket: name,
  stateMachine: arn,
  dispatchQueue: url,
  timerQueue: url,
  workQueue: url,
  cloneRole: arn,
  cloneApi: url,
  agent: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex'),
  agentBucket: name,
  agentKey: name,
  watchRule: name,
  vcpus: z.coerce.number().positive().optional(),
  image: name.optional(),
} as const satisfies Readonly<Record<DeploymentSetting, z.ZodType>>

/** The settings of a deployment that were asked for. */
export type Settings<S extends DeploymentSetting> = { readonly [N in S]: z.output<(typeof schemas)[N]> }

/** Reads settings from an environment. @throws with the names of all variables that are missing or malformed. */
export function readSettings<S extends DeploymentSetting>(
  environment: Readonly<Record<string, string | undefined>>,
  wanted: readonly S[],
): Settings<S> {
  const faults: string[] = []
  const settings = wanted.map((setting) => {
    const variable = deploymentEnvironment[setting]
    const text = environment[variable]
    const read = (schemas[setting] as z.ZodType).safeParse(text === '' ? undefined : text)
    if (!read.success) {
      const why = read.error.issues.map(({ message }) => message).join('; ')
      faults.push(text === undefined || text === '' ? `${variable} is not set` : `${variable}=${text}: ${why}`)
    }
    return [setting, read.data] as const
  })
  if (faults.length > 0)
    throw new Error(`the environment of this function is not as it has to be: ${faults.join('; ')}`)
  return Object.fromEntries(settings) as Settings<S>
}
