/** A request to S3, as `note-calls.mjs` notes it. */
export interface ObjectCall {
  /** A function, or the key of a session. */
  readonly by: string
  readonly service: 's3'
  readonly method: string
  /** Bucket and key, after a slash. */
  readonly path: string
  /** Names of what its query tells. */
  readonly parameters: readonly string[]
  /** Whether it writes only what is not there yet. */
  readonly isOnlyNew: boolean
  /** Whether nothing was found. */
  readonly isAbsent?: true
}

/** A request to another service. */
export interface OperationCall {
  readonly by: string
  readonly service: string
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>> & {
    readonly tables?: readonly string[]
    /** `Put TABLE`, `ConditionCheck TABLE`, … */
    readonly changes?: readonly string[]
    readonly jobs?: readonly string[]
    readonly roles?: readonly string[]
  }
  /** What an answer with credentials gave, and by which session policy. */
  readonly session?: { readonly key: string; readonly policy: string }
}

export type NotedCall = ObjectCall | OperationCall

/** A request as IAM weighs it. */
export interface IamCall {
  readonly action: string
  readonly resource: string
  /** Condition keys that it has. */
  readonly context: Readonly<Record<string, string>>
}

/** Where calls are made. */
export interface CallPlace {
  readonly region: string
  readonly account: string
  /** ARN of the machine whose tokens are answered: they do not tell. */
  readonly stateMachine: string
}

/**
 * All that has to be allowed for a request to be carried out; names of actions are not always those of operations. Source: Service
 * Authorization Reference, https://docs.aws.amazon.com/service-authorization/. @throws on an operation that is not known here
 */
export function iamCalls(call: NotedCall, place: CallPlace): readonly IamCall[] {
  return 'operation' in call ? operationCalls(call, place) : [objectCall(call)]
}

const without = { context: {} }

function objectCall(call: ObjectCall): IamCall {
  const [bucket = '', ...key] = call.path.slice(1).split('/')
  const bucketArn = `arn:aws:s3:::${bucket}`
  const resource = `${bucketArn}/${key.join('/')}`
  // Who may not list is told that it is forbidden.
  if (call.isAbsent) return { action: 's3:ListBucket', resource: bucketArn, ...without }
  const writes = (creates: boolean): IamCall => ({
    action: 's3:PutObject',
    resource,
    context: { 's3:ObjectCreationOperation': String(creates), ...(call.isOnlyNew && { 's3:if-none-match': '*' }) },
  })
  switch (`${call.method} ${call.parameters.toSorted((a, b) => (a < b ? -1 : 1)).join()}`) {
    case 'GET ':
    case 'HEAD ':
      return { action: 's3:GetObject', resource, ...without }
    case 'PUT ':
    case 'POST uploadId':
      return writes(true)
    case 'POST uploads':
    case 'PUT partNumber,uploadId':
      return writes(false)
    case 'DELETE uploadId':
      return { action: 's3:AbortMultipartUpload', resource, ...without }
  }
  throw new Error(`what ${call.method} ${call.path}?${call.parameters.join('&')} needs is not known`)
}

const changeActions: Readonly<Record<string, string>> = {
  ConditionCheck: 'dynamodb:ConditionCheckItem',
  Delete: 'dynamodb:DeleteItem',
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
}

/** Operations of AWS Batch, whose paths are in small letters. */
const batchActions: Readonly<Record<string, string>> = {
  describejobdefinitions: 'batch:DescribeJobDefinitions',
  describejobs: 'batch:DescribeJobs',
  listjobs: 'batch:ListJobs',
}

function operationCalls({ service, operation, input }: OperationCall, place: CallPlace): readonly IamCall[] {
  const arn = (resource: string) => `arn:aws:${service}:${place.region}:${place.account}:${resource}`
  const named = (name: string): string => {
    const value = input[name]
    if (typeof value !== 'string') throw new Error(`${service}:${operation} names no ${name}`)
    return value
  }
  const action = `${service}:${operation}`
  const only = (resource: string): readonly IamCall[] => [{ action, resource, ...without }]
  switch (action) {
    case 'dynamodb:GetItem':
    case 'dynamodb:PutItem':
    case 'dynamodb:Query': {
      const index = 'IndexName' in input ? `/index/${named('IndexName')}` : ''
      return only(arn(`table/${named('TableName')}${index}`))
    }
    case 'dynamodb:BatchGetItem':
      return (input.tables ?? []).flatMap((table) => only(arn(`table/${table}`)))
    case 'dynamodb:TransactWriteItems':
      return (input.changes ?? []).map((change) => {
        const [kind = '', table] = change.split(' ')
        return { action: changeActions[kind] ?? `dynamodb:${kind}`, resource: arn(`table/${table}`), ...without }
      })
    case 'sqs:ChangeMessageVisibilityBatch':
    case 'sqs:SendMessage':
      return [
        { action: action.replace('Batch', ''), resource: arn(named('QueueUrl').split('/').at(-1) ?? ''), ...without },
      ]
    case 'states:StartExecution':
      return only(named('stateMachineArn'))
    case 'states:SendTaskSuccess':
      return only(place.stateMachine)
    case 'ssm:GetParameter':
    case 'ssm:PutParameter':
      return only(arn(`parameter${named('Name')}`))
    case 'ssm:GetParametersByPath':
      return only(arn(`parameter${named('Path')}`))
    case 'events:DisableRule':
    case 'events:EnableRule':
      return only(arn(`rule/${named('Name')}`))
    case 'logs:GetLogEvents':
      return only(arn(`log-group:${named('logGroupName')}:log-stream:${named('logStreamName')}`))
    case 'sts:AssumeRole':
      return only(named('RoleArn'))
    case 'ec2:DescribeInstanceTypes':
    case 'ec2:DescribeSpotPriceHistory':
    case 'pricing:GetProducts':
    case 'servicequotas:GetAWSDefaultServiceQuota':
    case 'servicequotas:GetServiceQuota':
      return only('*')
    case 'batch:submitjob': {
      const submit = { action: 'batch:SubmitJob', ...without }
      return [
        { ...submit, resource: arn(`job-definition/${named('jobDefinition')}`) },
        { ...submit, resource: named('jobQueue') },
        ...tagged('job/*'),
      ]
    }
    case 'batch:registerjobdefinition': {
      const resource = arn(`job-definition/${named('jobDefinitionName')}`)
      const toTasks = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' }
      const passed = (input.roles ?? []).map((role) => ({ action: 'iam:PassRole', resource: role, context: toTasks }))
      return [
        { action: 'batch:RegisterJobDefinition', resource, ...without },
        ...passed,
        ...tagged(`job-definition/${named('jobDefinitionName')}`),
      ]
    }
    case 'batch:terminatejobs':
      return (input.jobs ?? []).map((job) => ({
        action: 'batch:TerminateJob',
        resource: arn(`job/${job}`),
        ...without,
      }))
  }
  const batchAction = service === 'batch' ? batchActions[operation] : undefined
  if (batchAction !== undefined) return [{ action: batchAction, resource: '*', ...without }]
  throw new Error(`what ${action} needs is not known`)

  /** Tags that are given with what is made need a right of their own. */
  function tagged(resource: string): readonly IamCall[] {
    return 'isTagged' in input ? [{ action: 'batch:TagResource', resource: arn(resource), ...without }] : []
  }
}
