import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { ArnFormat, Stack } from 'aws-cdk-lib/core'
import { deploymentParameters, type DeploymentFunction } from '#contract/deployment.ts'
import { blobKey, marketPrefix, requestsPrefix, rowsPrefix, runsPrefix } from '#contract/object-keys.ts'
import type { PlannerFunction } from './planner-function.ts'
import type { Queues } from './queues.ts'

const blobsPrefix = blobKey('')

/** What a function does that needs a right. */
export const abilities = {
  rows: 'reads and writes rows and events',
  lists: 'reads rows in the order of an index, and writes some only if others are as they were',
  rowTexts: 'reads and writes texts of rows that are too long for the table',
  absence: 'tells what is not there from what is forbidden',
  read: 'reads objects of every kind that clones read',
  combine: 'writes results that are made of several clones’',
  keepDocuments: 'writes plans, and what no answer can carry',
  takeUploads: 'takes uploads, and writes definitions',
  answer: 'answers waits of executions',
  start: 'starts executions',
  askDispatch: 'asks for a dispatch',
  holdDispatch: 'holds requests for a dispatch while it works at them, and no longer',
  setTimers: 'sets timers',
  giveWork: 'puts work into its queue',
  wakeWatch: 'turns the watch on',
  restWatch: 'turns the watch off',
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
  'lists',
  'rowTexts',
  'absence',
  'read',
  'combine',
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
    'lists',
    'rowTexts',
    'absence',
    'read',
    'takeUploads',
    'keepRequests',
    'readPools',
    'findJobs',
    'followLogs',
    'giveWork',
    'wakeWatch',
  ],
  clone: [...decides, 'keepDocuments', 'tokenKey'],
  launch: ['rows', 'rowTexts', 'answer', 'askDispatch'],
  settle: decides,
  dispatch: [...decides, 'holdDispatch', 'submit', 'tokenKey'],
  timers: decides,
  'job-events': decides,
  work: [...decides, 'keepDocuments', 'askMarket', 'wakeWatch'],
  watch: [...decides, 'keepDocuments', 'askMarket', 'giveWork', 'restWatch'],
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
  if (granted.key) to.addToRolePolicy(throughServices(granted.key, Stack.of(to)))
}

/** What table, bucket and queues do with a key in the name of whoever calls them; nothing that a function does with it by itself. */
function throughServices(key: IKey, { region, urlSuffix }: Stack): PolicyStatement {
  const calls = [
    'Decrypt',
    'DescribeKey',
    'Encrypt',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
    'ReEncryptFrom',
    'ReEncryptTo',
  ]
  return new PolicyStatement({
    sid: 'KeyOfTheData',
    actions: calls.map((call) => `kms:${call}`),
    resources: [key.keyArn],
    conditions: {
      StringEquals: {
        'kms:ViaService': ['dynamodb', 's3', 'sqs'].map((service) => `${service}.${region}.${urlSuffix}`),
      },
    },
  })
}

function statementsOf(ability: Ability, stack: Stack, granted: Granted): readonly PolicyStatement[] {
  const { deployment, table, bucket, queues, stateMachineArn } = granted
  const allow = (sid: string, actions: string[], resources: string[], conditions?: object) =>
    new PolicyStatement({ sid, actions, resources, ...(conditions && { conditions: { ...conditions } }) })
  const arn = (service: string, resource: string) =>
    stack.formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME })
  const objects = (...prefixes: string[]) => prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`))
  // Nothing that is there can be changed.
  const write = (sid: string, prefix: string) =>
    allow(sid, ['s3:PutObject'], objects(prefix), { Null: { 's3:if-none-match': 'false' } })
  switch (ability) {
    case 'rows':
      return [allow('Rows', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], [table.tableArn])]
    case 'lists':
      return [
        allow('SeveralRows', ['dynamodb:BatchGetItem', 'dynamodb:ConditionCheckItem'], [table.tableArn]),
        allow('RowsInOrder', ['dynamodb:Query'], [`${table.tableArn}/index/*`]),
      ]
    case 'rowTexts':
      return [allow('ReadRowTexts', ['s3:GetObject'], objects(rowsPrefix)), write('WriteRowTexts', rowsPrefix)]
    case 'absence':
      return [allow('WhetherThere', ['s3:ListBucket'], [bucket.bucketArn])]
    case 'read':
      return [allow('Read', ['s3:GetObject'], objects(blobsPrefix, runsPrefix))]
    case 'combine':
      return [write('Combine', runsPrefix)]
    case 'keepDocuments':
      return [write('KeepDocuments', blobsPrefix)]
    case 'takeUploads':
      // By links, which set no condition. A second upload is of the same bytes: their hash is the key, and is signed.
      return [allow('TakeUploads', ['s3:PutObject'], objects(blobsPrefix))]
    case 'answer':
      return [allow('Answer', ['states:SendTaskSuccess'], [stateMachineArn])]
    case 'start':
      return [allow('Start', ['states:StartExecution'], [stateMachineArn])]
    case 'askDispatch':
      return [allow('AskDispatch', ['sqs:SendMessage'], [queues.dispatch.queueArn])]
    case 'holdDispatch':
      return [allow('HoldDispatch', ['sqs:ChangeMessageVisibility'], [queues.dispatch.queueArn])]
    case 'setTimers':
      return [allow('SetTimers', ['sqs:SendMessage'], [queues.timers.queueArn])]
    case 'giveWork':
      return [allow('GiveWork', ['sqs:SendMessage'], [queues.work.queueArn])]
    case 'wakeWatch':
      return [allow('WakeWatch', ['events:EnableRule'], [arn('events', `rule/${granted.watchRule}`)])]
    case 'restWatch':
      return [allow('RestWatch', ['events:DisableRule'], [arn('events', `rule/${granted.watchRule}`)])]
    case 'readPools':
      return [
        allow(
          'ReadPools',
          ['ssm:GetParametersByPath'],
          [arn('ssm', `parameter${deploymentParameters.pools(deployment)}`)],
        ),
        allow('ReadMarket', ['s3:GetObject'], objects(marketPrefix)),
      ]
    case 'askMarket':
      return [
        write('WriteMarket', marketPrefix),
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
      return [allow('ReadRequests', ['s3:GetObject'], objects(requestsPrefix)), write('KeepRequests', requestsPrefix)]
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
