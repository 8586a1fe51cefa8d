/** Whose resources these are, and where. */
export interface Place {
  readonly account: string
  readonly region: string
}

export type ResourceKind = 'compute-environment' | 'job-queue' | 'job-definition' | 'scheduling-policy' | 'job'

/** The ARN of a resource of Batch. */
export function arnOf({ account, region }: Place, kind: ResourceKind, name: string): string {
  return `arn:aws:batch:${region}:${account}:${kind}/${name}`
}

/** The name in what is a name or an ARN. */
export function nameIn(reference: string): string {
  return reference.startsWith('arn:') ? reference.slice(reference.indexOf('/') + 1) : reference
}

/** The ARN of something in the cluster that Batch keeps for an environment. */
export function ecsArnOf(
  { account, region }: Place,
  kind: 'cluster' | 'task' | 'container-instance',
  name: string,
): string {
  return `arn:aws:ecs:${region}:${account}:${kind}/${name}`
}
