import { join } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { type App, type Environment, Tags } from 'aws-cdk-lib/core'
import { ControlPlaneStack, type ControlPlaneStackProps } from './control-plane-stack.ts'
import { DataStack, type DataStackProps } from './data-stack.ts'
import { ObservabilityStack } from './observability-stack.ts'
import { PoolsStack, type PoolsStackProps } from './pools-stack.ts'
import { type ExternalPool, externalPools } from './pools/external-pools.ts'
import { poolContainer } from './pools/pool-container.ts'
import type { PoolKind } from './pools/pool-kinds.ts'

/** Where AWS Batch has containers write that are told nothing else. */
const usualTaskLogs = '/aws/batch/job'

/** What is chosen for a deployment. Everything but the folder has a default. */
export interface DeploymentChoices {
  /** Folder of what was built: `lambdas/<name>/index.mjs` of each function, `agent.mjs`. */
  readonly built: string
  /**
   * File of the agent's bundle.
   *
   * @default - the one in the folder
   */
  readonly agent?: string
  /**
   * Names one of several deployments in an account and region.
   *
   * @default forkcast
   */
  readonly deployment?: string
  /** @default - account and region of whoever deploys */
  readonly env?: Environment
  readonly data?: Omit<DataStackProps, 'env'>
  readonly pools?: Omit<PoolsStackProps, 'deployment' | 'key' | 'env'>
  /**
   * Job queues that exist, instead of pools made here.
   *
   * @default - pools are made
   */
  readonly externalPools?: readonly ExternalPool[]
  readonly controlPlane?: Partial<
    Pick<
      ControlPlaneStackProps,
      'auth' | 'rate' | 'usagePlan' | 'accountLogs' | 'vcpus' | 'image' | 'secrets' | 'codeOf' | 'emulated'
    >
  >
  /**
   * Dashboards and alarms.
   *
   * @default - three and ten, and nobody is told
   */
  readonly observability?: false | { readonly alarmTopicArn?: string; readonly runbook?: string }
}

/** The stacks of a deployment. */
export interface Deployment {
  readonly data: DataStack
  readonly pools: PoolsStack | undefined
  readonly controlPlane: ControlPlaneStack
  readonly observability: ObservabilityStack | undefined
}

/**
 * Makes the stacks of a deployment, each of which knows those before it:
 *
 *     Data ─▶ Pools ─▶ ControlPlane ─▶ Observability
 */
export function addDeployment(app: App, choices: DeploymentChoices): Deployment {
  const { deployment = 'forkcast', env, built, agent = join(built, 'agent.mjs') } = choices
  // Below `/forkcast/secrets/` are parameters that tasks may have.
  if (!/^[A-Za-z][A-Za-z0-9-]{0,40}$/.test(deployment) || deployment === 'secrets') {
    throw new Error(`a deployment cannot be called ${deployment}: letters, digits and -, at most 41, not secrets`)
  }
  const stack = (name: string) => ({ stackName: `${deployment}-${name}`, ...(env && { env }) })
  const data = new DataStack(app, 'Data', { ...stack('data'), ...choices.data })
  const key = data.key && { key: data.key }
  const pools =
    choices.externalPools === undefined
      ? new PoolsStack(app, 'Pools', { ...stack('pools'), deployment, ...choices.pools, ...key })
      : undefined
  const { emulated } = choices.controlPlane ?? {}
  const controlPlane: ControlPlaneStack = new ControlPlaneStack(app, 'ControlPlane', {
    ...stack('control-plane'),
    deployment,
    agent,
    table: data.table,
    bucket: data.bucket,
    poolsOf: (known) => {
      const commonOf = (kind: PoolKind) =>
        poolContainer(kind, {
          ...known,
          bucketName: data.bucket.bucketName,
          ...(emulated && { objectsUrl: emulated.url }),
          ...(pools && {
            logGroupName: pools.logs.logGroupName,
            executionRoleArn: pools.executionRole.roleArn,
            publicIp: pools.publicIp,
          }),
        })
      return pools === undefined
        ? externalPools(choices.externalPools ?? [], commonOf)
        : pools.queues.map(({ kind, arn }) => ({ ...kind, queue: arn, fairShare: true, container: commonOf(kind) }))
    },
    containerRoles: pools === undefined ? [] : [pools.executionRole.roleArn],
    taskLogs: pools?.logs.logGroupName ?? usualTaskLogs,
    codeOf: (name) => Code.fromAsset(join(built, 'lambdas', name)),
    ...choices.controlPlane,
    ...key,
  })
  const observability =
    choices.observability === false
      ? undefined
      : new ObservabilityStack(app, 'Observability', {
          ...stack('observability'),
          deployment,
          controlPlane,
          table: data.table,
          ...choices.observability,
        })
  Tags.of(app).add('forkcast:deployment', deployment)
  return { data, pools, controlPlane, observability }
}
