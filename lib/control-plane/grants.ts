import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { ArnFormat, Stack } from 'aws-cdk-lib/core'
import { deploymentParameters, type DeploymentFunction } from '#contract/deployment.ts'
import { blobKey, marketPrefix, requestsPrefix, rowsPrefix, runsPrefix } from '#contract/object-keys.ts'
import type { PlannerFunction } from './planner-function.ts'
import type { Queues } from './queues.ts'

/** What a function does that needs a right. */
export const abilities = {
  rows: 'reads and writes rows and events',
  rowTexts: 'reads and writes texts of rows that are too long for the table',
  objects: 'reads and writes objects',
  answer: 'answers waits of executions',
  start: 'starts executions',
  askDispatch: 'asks for a dispatch',
  setTimers: 'sets timers',
  giveWork: 'puts work into its queue',
  switchWatch: 'turns the watch on and off',
  readPools: 'reads what the pools are, and what is known of their market',
  askMarket: 'asks for instance types, prices and quotas, and writes what it was told',
  findJobs: 'looks for jobs',
  endJobs: 'ends jobs',
  followLogs: 'reads what clones say while they run',
  keepRequests: 'keeps what was asked for under a key of the sender',
  submit: 'submits jobs',
  tokenKey: 'reads the key that signs tokens of clones, and makes it at first use',
} as const

export type Ability = keyof typeof abilities

const decides = [
  'rows',
  'rowTexts',
  'objects',
  'answer',
  'start',
  'askDispatch',
  'setTimers',
  'readPools',
  'findJobs',
  'endJobs',
] as const satisfies readonly Ability[]

/** What each function may; nothing else. */
const functionAbilities: Readonly<Record<DeploymentFunction, readonly Ability[]>> = {
  api: [
    'rows',
    'rowTexts',
    'objects',
    'keepRequests',
    'readPools',
    'findJobs',
    'followLogs',
    'giveWork',
    'switchWatch',
  ],
  clone: [...decides, 'tokenKey'],
  launch: ['rows', 'rowTexts', 'answer', 'askDispatch'],
  settle: decides,
  dispatch: [...decides, 'submit', 'tokenKey'],
  timers: decides,
  'job-events': decides,
  work: [...decides, 'askMarket', 'giveWork', 'switchWatch'],
  watch: [...decides, 'askMarket', 'giveWork', 'switchWatch'],
}

/** What abilities are about. */
export interface Granted {
  readonly deployment: string
  readonly table: ITable
  readonly bucket: IBucket
  readonly queues: Queues
  readonly stateMachineArn: string
  readonly watchRule: string
  /** ARNs of job queues. */
  readonly jobQueues: readonly string[]
  /** Roles that containers are given. */
  readonly containerRoles: readonly string[]
  /** Name of the log group of containers. */
  readonly taskLogs: string
  readonly key?: IKey
}

/** Gives a function the rights that its abilities need, statement by statement. */
export function grantAbilities(to: PlannerFunction, name: DeploymentFunction, granted: Granted): void {
  for (const ability of functionAbilities[name]) {
    for (const statement of statementsOf(ability, Stack.of(to), granted)) to.addToRolePolicy(statement)
  }
  granted.key?.grant(to.actsAs, ...keyCalls)
}

/** What table, bucket and queues do with a key in the name of whoever calls them. */
const keyCalls = [
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
].map((call) => `kms:${call}`)

function statementsOf(ability: Ability, stack: Stack, granted: Granted): readonly PolicyStatement[] {
  const { deployment, table, bucket, queues, stateMachineArn } = granted
  const allow = (sid: string, actions: string[], resources: string[], conditions?: object) =>
    new PolicyStatement({ sid, actions, resources, ...(conditions && { conditions: { ...conditions } }) })
  const arn = (service: string, resource: string) =>
    stack.formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME })
  switch (ability) {
    case 'rows':
      return [
        allow(
          'Rows',
          ['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem', 'Query'].map((call) => `dynamodb:${call}`),
          [table.tableArn, `${table.tableArn}/index/*`],
        ),
      ]
    case 'rowTexts':
      return [
        allow('RowTexts', ['s3:GetObject', 's3:PutObject'], [bucket.arnForObjects(`${rowsPrefix}*`)]),
        // Without it, what is not there looks forbidden.
        allow('WhetherThere', ['s3:ListBucket'], [bucket.bucketArn]),
      ]
    case 'objects':
      return [
        allow(
          'Objects',
          ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
          [bucket.arnForObjects(blobKey('*')), bucket.arnForObjects(`${runsPrefix}*`)],
        ),
      ]
    case 'answer':
      return [allow('Answer', ['states:SendTaskSuccess'], [stateMachineArn])]
    case 'start':
      return [allow('Start', ['states:StartExecution'], [stateMachineArn])]
    case 'askDispatch':
      return [allow('AskDispatch', ['sqs:SendMessage'], [queues.dispatch.queueArn])]
    case 'setTimers':
      return [allow('SetTimers', ['sqs:SendMessage'], [queues.timers.queueArn])]
    case 'giveWork':
      return [allow('GiveWork', ['sqs:SendMessage'], [queues.work.queueArn])]
    case 'switchWatch':
      return [
        allow('SwitchWatch', ['events:DisableRule', 'events:EnableRule'], [arn('events', `rule/${granted.watchRule}`)]),
      ]
    case 'readPools':
      return [
        allow(
          'ReadPools',
          ['ssm:GetParametersByPath'],
          [arn('ssm', `parameter${deploymentParameters.pools(deployment)}`)],
        ),
        allow('ReadMarket', ['s3:GetObject'], [bucket.arnForObjects(`${marketPrefix}*`)]),
      ]
    case 'askMarket':
      return [
        allow('WriteMarket', ['s3:PutObject'], [bucket.arnForObjects(`${marketPrefix}*`)]),
        allow(
          'AskMarket',
          [
            'ec2:DescribeInstanceTypes',
            'ec2:DescribeSpotPriceHistory',
            'pricing:GetProducts',
            'servicequotas:GetAWSDefaultServiceQuota',
            'servicequotas:GetServiceQuota',
          ],
          ['*'],
        ),
      ]
    case 'findJobs':
      return [allow('FindJobs', ['batch:DescribeJobs', 'batch:ListJobs'], ['*'])]
    case 'endJobs':
      return [allow('EndJobs', ['batch:TerminateJob'], [arn('batch', 'job/*')])]
    case 'followLogs':
      return [allow('FollowLogs', ['logs:GetLogEvents'], [arn('logs', `log-group:${granted.taskLogs}:log-stream:*`)])]
    case 'keepRequests':
      return [allow('KeepRequests', ['s3:GetObject', 's3:PutObject'], [bucket.arnForObjects(`${requestsPrefix}*`)])]
    case 'submit':
      return [
        allow('FindDefinitions', ['batch:DescribeJobDefinitions'], ['*']),
        allow('Define', ['batch:RegisterJobDefinition'], [arn('batch', 'job-definition/forkcast-*')]),
        allow('Submit', ['batch:SubmitJob'], [arn('batch', 'job-definition/forkcast-*'), ...granted.jobQueues]),
        ...(granted.containerRoles.length === 0
          ? []
          : [
              allow('GiveRoles', ['iam:PassRole'], [...granted.containerRoles], {
                StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
              }),
            ]),
      ]
    case 'tokenKey':
      return [
        allow(
          'TokenKey',
          ['ssm:GetParameter', 'ssm:PutParameter'],
          [arn('ssm', `parameter${deploymentParameters.tokenKey(deployment)}`)],
        ),
      ]
  }
}
