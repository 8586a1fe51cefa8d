import type { DeploymentFunction } from '#contract/deployment.ts'
import type { Grant } from './grants.ts'

/** A grant of a function, and whether one of its calls needed it. */
export interface GrantOf extends Grant {
  readonly name: DeploymentFunction
  readonly isUsed: boolean
}

/** Why functions may do what no scenario made them do. */
export interface Explanation {
  readonly actions: readonly string[]
  /** Ids of statements, where actions say too little. @default any */
  readonly sids?: readonly string[]
  /** @default all functions */
  readonly of?: readonly DeploymentFunction[]
  readonly why: string
  /**
   * What shows that it is needed: that another of these functions did the same, that this one did it with another resource, a test by its
   * path, or the account's services, which act in the name of functions.
   */
  readonly shownBy: 'another function' | 'another resource' | 'AWS' | `test/${string}.test.ts`
}

/** Whichever of them hears first that an attempt is over settles it, and goes on with what follows. */
const deciders = ['clone', 'settle', 'dispatch', 'timers', 'job-events', 'work', 'watch'] as const

export const explanations: readonly Explanation[] = [
  {
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    why: 'AWS Lambda writes the function’s log',
    shownBy: 'AWS',
  },
  {
    actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    why: 'AWS Lambda passes its traces on',
    shownBy: 'AWS',
  },
  {
    actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    why: 'AWS Lambda takes messages of its queue',
    shownBy: 'AWS',
  },
  {
    actions: ['kms:Decrypt'],
    sids: ['KeyOfTheAgent'],
    of: ['clone'],
    why: 'S3 decrypts the agent, where the account was bootstrapped with a key',
    shownBy: 'AWS',
  },
  {
    actions: [
      'batch:DescribeJobs',
      'batch:ListJobs',
      'batch:TerminateJob',
      'dynamodb:BatchGetItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      's3:GetObject',
      's3:ListBucket',
      'sqs:SendMessage',
      'ssm:GetParametersByPath',
      'states:SendTaskSuccess',
      'states:StartExecution',
    ],
    of: deciders,
    why: 'whoever decides may come to all that follows from it; who comes to what is a matter of time',
    shownBy: 'another function',
  },
  {
    actions: ['s3:PutObject'],
    sids: ['KeepDocuments'],
    of: ['work', 'watch'],
    why: 'the watch plans a run whose message was lost',
    shownBy: 'another function',
  },
  {
    actions: ['ssm:PutParameter'],
    of: ['clone', 'dispatch'],
    why: 'whoever needs the key first makes it',
    shownBy: 'another function',
  },
  {
    actions: ['batch:SubmitJob'],
    of: ['dispatch'],
    why: 'each pool has a queue, and not all are needed',
    shownBy: 'another resource',
  },
  {
    actions: ['s3:GetObject', 's3:PutObject'],
    sids: ['ReadRowTexts', 'WriteRowTexts'],
    why: 'texts of rows beyond 64 KiB: outputs of hundreds of files',
    shownBy: 'test/account/dynamo-store.test.ts',
  },
  {
    actions: ['s3:PutObject'],
    sids: ['Combine'],
    of: deciders,
    why: 'results that are made of several clones’: means, and all of them as arrays',
    shownBy: 'test/operations/combine-results.test.ts',
  },
  {
    actions: ['s3:PutObject'],
    sids: ['KeepDocuments'],
    of: ['clone'],
    why: 'variables that no answer can carry, such as thousands of gathered instances',
    shownBy: 'test/operations/equip.test.ts',
  },
  {
    actions: ['batch:DescribeJobs', 'batch:ListJobs', 'logs:GetLogEvents'],
    of: ['api'],
    why: 'lines of clones that run, which emulated containers do not send to CloudWatch',
    shownBy: 'test/account/live-logs.test.ts',
  },
  {
    actions: ['dynamodb:BatchGetItem', 'dynamodb:ConditionCheckItem'],
    of: ['api'],
    why: 'lists of runs; an attempt that follows one in doubt, which is asked for',
    shownBy: 'test/account/dynamo-store.test.ts',
  },
  {
    actions: ['states:SendTaskSuccess'],
    of: ['launch'],
    why: 'a slot that needs no place any more is answered at once',
    shownBy: 'test/operations/launch-and-settle.test.ts',
  },
  {
    actions: ['s3:GetObject'],
    sids: ['ReadRequests'],
    of: ['api'],
    why: 'a request that is sent again under its key',
    shownBy: 'test/lambdas/api/submissions.test.ts',
  },
  {
    actions: ['batch:DescribeJobs'],
    of: deciders,
    why: 'a clone without a sign, and a submission that was not answered, are looked for',
    shownBy: 'test/adapters/aws/batch-pools.test.ts',
  },
  {
    actions: ['events:DisableRule', 'sqs:SendMessage'],
    sids: ['GiveWork', 'RestWatch'],
    of: ['watch'],
    why: 'a watch that finds no run turns itself off, when a minute is over in which nothing ran',
    shownBy: 'test/lambdas/watch.test.ts',
  },
  {
    actions: [
      'ec2:DescribeInstanceTypes',
      'ec2:DescribeSpotPriceHistory',
      'pricing:GetProducts',
      's3:PutObject',
      'servicequotas:GetAWSDefaultServiceQuota',
      'servicequotas:GetServiceQuota',
    ],
    sids: ['AskMarket', 'WriteMarket'],
    of: ['work', 'watch'],
    why: 'emulators know no market, so it is not asked there',
    shownBy: 'test/adapters/aws/aws-market.test.ts',
  },
]

/** Whether an explanation speaks of a grant. */
export function isAbout({ actions, sids, of }: Explanation, { name, sid, action }: GrantOf): boolean {
  return actions.includes(action) && (sids?.includes(sid) ?? true) && (of?.includes(name) ?? true)
}

/** The first explanation of a grant that holds, by all that is known of grants. */
export function explanationOf(grant: GrantOf, all: readonly GrantOf[]): Explanation | undefined {
  return explanations.find((explanation) => {
    const { shownBy } = explanation
    const shows = (one: GrantOf) => {
      if (!one.isUsed || one.action !== grant.action || !isAbout(explanation, one)) return false
      return shownBy === 'another resource' ? one.name === grant.name : one.resource === grant.resource
    }
    return isAbout(explanation, grant) && (!shownBy.startsWith('another') || all.some(shows))
  })
}
