import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import type { Code } from 'aws-cdk-lib/aws-lambda'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { ArnFormat, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import {
  deploymentEnvironment,
  deploymentFunctions,
  type DeploymentFunction,
  type PoolParameter,
} from '#contract/deployment.ts'
import { AgentAsset } from './control-plane/agent-asset.ts'
import { CloneRole } from './control-plane/clone-role.ts'
import { feed } from './control-plane/feed.ts'
import { FrontierMachine } from './control-plane/frontier-machine.ts'
import { grantAbilities } from './control-plane/grants.ts'
import { type ApiAuth, HttpApi, type RequestRate, type UsagePlanChoice } from './control-plane/http-api.ts'
import { JobEventRule } from './control-plane/job-event-rule.ts'
import { PlannerFunction } from './control-plane/planner-function.ts'
import { Queues } from './control-plane/queues.ts'
import type { SecretNames } from './control-plane/secret-names.ts'
import { WatchSchedule } from './control-plane/watch-schedule.ts'
import type { PoolContainerOptions } from './pools/pool-container.ts'
import { PoolParameters } from './pools/pool-parameters.ts'

/** Where an emulated account answers, instead of AWS. */
export interface EmulatedAccount {
  /** Such as `http://127.0.0.1:4566`. */
  readonly url: string
  /** Where AWS Batch answers, which such accounts do not have. */
  readonly batchUrl: string
}

export interface ControlPlaneStackProps extends StackProps {
  readonly deployment: string
  readonly table: ITable
  readonly bucket: IBucket
  /** File of the agent's bundle. */
  readonly agent: string
  /** What pools there are, with what all of their containers have in common but what only this stack knows, which `poolsOf` is told. */
  readonly poolsOf: (
    known: Pick<PoolContainerOptions, 'cloneApi' | 'agentSha256' | 'region'>,
  ) => readonly PoolParameter[]
  /** ARNs of roles that containers are given. */
  readonly containerRoles: readonly string[]
  /** Name of the log group of containers. */
  readonly taskLogs: string
  /** @default - principals of AWS that may invoke the API */
  readonly auth?: ApiAuth
  /** Requests of all callers together. @default - 50 a second, 100 at once */
  readonly rate?: RequestRate
  /** @default - none */
  readonly usagePlan?: UsagePlanChoice
  /** @default true */
  readonly accountLogs?: boolean
  /** vCPUs that all pools together may hold. @default - as many as the pools have */
  readonly vcpus?: number
  /** The image of tasks that name none. @default - a public one of Node */
  readonly image?: string
  /** Secrets that tasks may ever have. @default - parameters below `/forkcast/secrets/`, secrets whose names begin with `forkcast/` */
  readonly secrets?: SecretNames
  /** @default - keys that AWS owns */
  readonly key?: IKey
  /** The code of functions, as it was built: an `index.mjs` each. */
  readonly codeOf: (name: DeploymentFunction) => Code
  /** @default - AWS */
  readonly emulated?: EmulatedAccount
}

/**
 * What runs workflows: an API, functions, queues between them, one state machine. It holds nothing that cannot be made again. While
 * nothing runs it costs the requests by which Lambda asks its queues, some 70 cents a month.
 */
export class ControlPlaneStack extends Stack {
  readonly functions: Readonly<Record<DeploymentFunction, PlannerFunction>>
  readonly queues: Queues
  readonly http: HttpApi
  readonly stateMachineArn: string

  constructor(scope: Construct, id: string, props: ControlPlaneStackProps) {
    super(scope, id, { description: 'Forkcast: the control plane of a deployment', ...props })
    const { deployment, table, bucket, emulated } = props
    // As somebody else's, so that no grant here changes the policy of a key in another stack.
    const key = props.key && Key.fromKeyArn(this, 'Key', props.key.keyArn)
    const encrypted = key && { key }
    // Fixed names where what is named starts or switches what names it.
    const stateMachine = `${deployment}-frontier`
    const watchRule = `${deployment}-watch`
    this.stateMachineArn = this.formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: stateMachine,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    const queues = new Queues(this, 'Queues', encrypted)
    this.queues = queues
    const agent = new AgentAsset(this, 'Agent', props.agent)
    const make = (name: DeploymentFunction): PlannerFunction =>
      new PlannerFunction(this, idOf(name), name, {
        settings: {
          deployment,
          table: table.tableName,
          bucket: bucket.bucketName,
          stateMachine: this.stateMachineArn,
          dispatchQueue: queues.dispatch.queueUrl,
          timerQueue: queues.timers.queueUrl,
          workQueue: queues.work.queueUrl,
          ...agent.settings,
          watchRule,
          ...(props.vcpus !== undefined && { vcpus: String(props.vcpus) }),
          ...(props.image !== undefined && { image: props.image }),
        },
        environment: emulated ? { AWS_ENDPOINT_URL_BATCH: emulated.batchUrl } : {},
        ...encrypted,
        code: props.codeOf(name),
      })
    const names = Object.keys(deploymentFunctions) as DeploymentFunction[]
    this.functions = Object.fromEntries(names.map((name) => [name, make(name)])) as Record<
      DeploymentFunction,
      PlannerFunction
    >
    const { api, clone, launch, settle, dispatch, timers, work, watch } = this.functions
    const jobEvents = this.functions['job-events']
    const cloneRole = new CloneRole(this, 'CloneRole', {
      bucket,
      issuer: clone.actsAs,
      ...(props.secrets && { secrets: props.secrets }),
      ...encrypted,
    })
    clone.addEnvironment(deploymentEnvironment.cloneRole, cloneRole.arn)
    agent.grantLinks(clone)

    new FrontierMachine(this, 'Frontier', { name: stateMachine, launch, settle, ...encrypted })
    this.http = new HttpApi(this, 'Http', {
      name: deployment,
      api,
      clone,
      ...(props.auth && { auth: props.auth }),
      ...(props.rate && { rate: props.rate }),
      ...(props.usagePlan && { usagePlan: props.usagePlan }),
      ...(props.accountLogs !== undefined && { accountLogs: props.accountLogs }),
      ...encrypted,
    })
    const url = emulated
      ? `${emulated.url}/_aws/execute-api/${this.http.restApi.restApiId}/${this.http.stageName}`
      : this.http.url
    const pools = props.poolsOf({ cloneApi: url, agentSha256: agent.settings.agent, region: this.region })
    new PoolParameters(this, 'Pools', { deployment, pools })
    const jobQueues = pools.map(({ queue }) => queue)
    new JobEventRule(this, 'JobEventRule', {
      queues: jobQueues,
      jobEvents: queues.jobEvents,
      undelivered: queues.undelivered,
    })
    new WatchSchedule(this, 'WatchSchedule', { name: watchRule, watch, undelivered: queues.undelivered })

    // One group, so one dispatch at a time.
    feed(dispatch, queues.dispatch, { batchSize: 10 })
    feed(timers, queues.timers, { batchSize: 10, reportBatchItemFailures: true })
    feed(jobEvents, queues.jobEvents, { batchSize: 10, reportBatchItemFailures: true })
    feed(work, queues.work, { batchSize: 1, reportBatchItemFailures: true })

    for (const name of names) {
      grantAbilities(this.functions[name], name, {
        deployment,
        table,
        bucket,
        queues,
        stateMachineArn: this.stateMachineArn,
        watchRule,
        jobQueues,
        containerRoles: props.containerRoles,
        taskLogs: props.taskLogs,
        ...encrypted,
      })
    }
    new CfnOutput(this, 'ApiUrl', { value: url, description: 'The API, for --api and FORKCAST_API' })
  }
}

function idOf(name: DeploymentFunction): string {
  return name
    .split('-')
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('')
}
