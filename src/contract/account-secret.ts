import type { SecretRef } from '#core/workflow/workflow.ts'

/** A secret of an account, as its service is asked for it. */
export type AccountSecret =
  | {
      readonly service: 'ssm'
      /** Absent: the one of whoever asks. */
      readonly region?: string
      /** A name or an ARN. */
      readonly name: string
    }
  | {
      readonly service: 'secretsmanager'
      readonly region: string
      readonly arn: string
      /** Of a secret that is a JSON object: the value under this key. */
      readonly key?: string
      readonly stage?: string
      readonly version?: string
    }

/** Where a deployment is. */
export interface DeploymentPlace {
  readonly partition: string
  readonly region: string
  readonly account: string
}

/** Reads where a secret is; `undefined`: on the machine of an engine, not in an account. */
export function accountSecret({ source, name }: SecretRef): AccountSecret | undefined {
  if (source === 'ssm') {
    const region = regionOf(name)
    return { service: source, name, ...(region !== undefined && { region }) }
  }
  if (source !== 'secretsmanager') return undefined
  const parts = name.split(':')
  const [key, stage, version] = parts.slice(7)
  return {
    service: source,
    region: regionOf(name) ?? '',
    arn: parts.slice(0, 7).join(':'),
    ...(key && { key }),
    ...(stage && { stage }),
    ...(version && { version }),
  }
}

/**
 * The secret as a policy names it, and no other one: by its ARN. That of a secret of Secrets Manager ends with six letters and digits that
 * were drawn; a workflow may leave them out.
 */
export function secretArn(secret: AccountSecret, { partition, region, account }: DeploymentPlace): string {
  switch (secret.service) {
    case 'ssm':
      if (secret.region !== undefined) return secret.name
      return `arn:${partition}:ssm:${region}:${account}:parameter/${secret.name.replace(/^\//, '')}`
    case 'secretsmanager':
      return /-[A-Za-z0-9]{6}$/.test(secret.arn) ? secret.arn : `${secret.arn}-??????`
  }
}

function regionOf(name: string): string | undefined {
  return /^arn:[^:]+:[^:]+:([^:]+):/.exec(name)?.[1]
}
