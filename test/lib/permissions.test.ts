import { describe, expect, it } from 'vitest'
import { deploymentFunctions, type DeploymentFunction } from '#contract/deployment.ts'
import type { TemplateResource } from '#contract/idle-prices.ts'
import { blobKey, marketPrefix, requestsPrefix, rowsPrefix, runsPrefix } from '#contract/object-keys.ts'
import { resourcesOf, templatesOf } from './synthesised.ts'

interface Statement {
  readonly Sid?: string
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: unknown
  readonly Condition?: object
}

const { controlPlane } = templatesOf({ observability: false })
const resources = resourcesOf(controlPlane)
const names = Object.keys(deploymentFunctions) as DeploymentFunction[]

const inCapitals = (name: string) => name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
const listOf = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? one : [one as T])
const policiesOf = (role: string) =>
  Object.values(resources).filter(
    ({ Type, Properties = {} }) =>
      Type === 'AWS::IAM::Policy' && JSON.stringify(Properties['Roles']).includes(`"${role}`),
  )
const statementsOf = (role: string): readonly Statement[] =>
  policiesOf(role).flatMap(
    ({ Properties = {} }) => (Properties['PolicyDocument'] as { readonly Statement: readonly Statement[] }).Statement,
  )
const actionsOf = (name: DeploymentFunction): readonly string[] =>
  [...new Set(statementsOf(`${inCapitals(name)}FunctionRole`).flatMap(({ Action }) => listOf(Action)))].toSorted()

/** Who may do what is done by few. */
const who = (action: string) => names.filter((name) => actionsOf(name).includes(action))

describe('functions may do what they do', () => {
  it.each([
    { action: 'batch:SubmitJob', by: ['dispatch'] },
    { action: 'batch:RegisterJobDefinition', by: ['dispatch'] },
    { action: 'iam:PassRole', by: ['dispatch'] },
    { action: 'pricing:GetProducts', by: ['work', 'watch'] },
    { action: 'logs:GetLogEvents', by: ['api'] },
    {
      action: 'batch:TerminateJob',
      by: ['clone', 'settle', 'dispatch', 'timers', 'job-events', 'work', 'watch'],
    },
    { action: 'sts:AssumeRole', by: ['clone'] },
    { action: 'ssm:PutParameter', by: ['clone', 'dispatch'] },
    { action: 'events:EnableRule', by: ['api', 'work'] },
    { action: 'events:DisableRule', by: ['watch'] },
    { action: 'logs:GetLogEvents', by: ['api'] },
    { action: 'pricing:GetProducts', by: ['work', 'watch'] },
    { action: 'states:StartExecution', by: ['clone', 'settle', 'dispatch', 'timers', 'job-events', 'work', 'watch'] },
    {
      action: 'states:SendTaskSuccess',
      by: ['clone', 'launch', 'settle', 'dispatch', 'timers', 'job-events', 'work', 'watch'],
    },
  ])('$action: $by alone', ({ action, by }) => {
    expect(who(action)).toStrictEqual(by)
  })

  it('launch registers a wait and asks for a dispatch: it reaches rows, their texts and two services', () => {
    expect(actionsOf('launch')).toStrictEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
      's3:PutObject',
      'sqs:SendMessage',
      'states:SendTaskSuccess',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ])
  })

  it.each(names)('%s deletes nothing, and has no action by a wildcard', (name) => {
    const actions = actionsOf(name)
    expect(actions.length).toBeGreaterThan(0)
    expect(
      actions.filter((action) => action.includes('*') || /:(?:Delete(?!Message)|BatchWrite|Update|Scan)/.test(action)),
    ).toStrictEqual([])
  })

  it.each(names)('%s has every resource as a wildcard only for calls that take none', (name) => {
    const everywhere = statementsOf(`${inCapitals(name)}FunctionRole`)
      .filter(({ Resource }) => listOf(Resource).includes('*'))
      .flatMap(({ Action }) => listOf(Action))
    const takeNone = [
      'batch:DescribeJobDefinitions',
      'batch:DescribeJobs',
      'batch:ListJobs',
      'ec2:DescribeInstanceTypes',
      'ec2:DescribeSpotPriceHistory',
      'pricing:GetProducts',
      'servicequotas:GetAWSDefaultServiceQuota',
      'servicequotas:GetServiceQuota',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]
    expect(everywhere.filter((action) => !takeNone.includes(action))).toStrictEqual([])
  })

  it('reach objects of every kind that functions name, each as far as it needs', () => {
    const kinds = {
      blobs: blobKey('*'),
      runs: `${runsPrefix}*`,
      rows: `${rowsPrefix}*`,
      requests: `${requestsPrefix}*`,
      market: `${marketPrefix}*`,
    }
    const writersOf = (pattern: string) =>
      names.filter((name) =>
        statementsOf(`${inCapitals(name)}FunctionRole`).some(
          ({ Action, Resource }) =>
            listOf(Action).includes('s3:PutObject') && JSON.stringify(Resource).includes(`/${pattern}"`),
        ),
      )
    const decides = names.filter((name) => name !== 'api' && name !== 'launch')
    expect(Object.entries(kinds).map(([kind, pattern]) => [kind, writersOf(pattern)])).toStrictEqual([
      ['blobs', ['api', 'clone', 'work', 'watch']],
      ['runs', decides],
      ['rows', names],
      ['requests', ['api']],
      ['market', ['work', 'watch']],
    ])
  })

  it.each(names)(
    '%s changes no object: it writes what is not there yet, or by links what its key is the hash of',
    (name) => {
      const writes = statementsOf(`${inCapitals(name)}FunctionRole`).filter(({ Action }) =>
        listOf(Action).includes('s3:PutObject'),
      )
      const isOnlyNew = ({ Condition }: Statement) =>
        JSON.stringify(Condition) === '{"Null":{"s3:if-none-match":"false"}}'
      const others = writes.filter((statement) => !isOnlyNew(statement))
      expect(writes.length).toBeGreaterThan(0)
      expect(others.map(({ Sid }) => Sid)).toStrictEqual(name === 'api' ? ['TakeUploads'] : [])
    },
  )

  it('use a key of the account through services alone, as clones do', () => {
    const encrypted = resourcesOf(templatesOf({ observability: false, data: { customerKey: true } }).controlPlane)
    const policies = Object.values(encrypted).filter(
      ({ Type, Properties = {} }) =>
        Type === 'AWS::IAM::Policy' && /FunctionRole|CloneRole/.test(JSON.stringify(Properties['Roles'])),
    )
    const ofKeys = policies
      .flatMap(({ Properties = {} }) => (Properties['PolicyDocument'] as { readonly Statement: Statement[] }).Statement)
      .filter(({ Action }) => listOf(Action).some((action) => action.startsWith('kms:')))
    expect(ofKeys.length).toBeGreaterThan(names.length)
    for (const { Condition } of ofKeys) {
      expect(Condition).toMatchObject({ StringEquals: { 'kms:ViaService': expect.anything() } })
    }
  })

  it('dispatch gives containers no role but that of Fargate', () => {
    const [passing] = statementsOf('DispatchFunctionRole').filter(({ Sid }) => Sid === 'GiveRoles')
    expect(passing?.Condition).toStrictEqual({ StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } })
    expect(JSON.stringify(passing?.Resource)).toContain('ExecutionRole')
  })

  it('has a role of its own for each function', () => {
    const roles = Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Properties = {} }) => JSON.stringify(Properties['Role']))
    expect(new Set(roles).size).toBe(names.length)
  })
})

describe('the role of clones', () => {
  const [id, role] = Object.entries(resources).find(([name]) => /^CloneRole[0-9A-F]{8}$/.test(name)) as [
    string,
    TemplateResource,
  ]

  it('is taken by the function that answers clones alone', () => {
    const [issuer] = Object.keys(resources).filter((name) => /^CloneFunctionRole[0-9A-F]{8}$/.test(name))
    expect(role.Properties?.['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { AWS: { 'Fn::GetAtt': [issuer, 'Arn'] } } }],
    })
    expect(role.Properties?.['MaxSessionDuration']).toBe(3600)
  })

  it('reads objects and secrets, and writes objects of runs; it lists and deletes nothing', () => {
    const statements = statementsOf(id)
    expect(statements.map(({ Action }) => listOf(Action))).toStrictEqual([
      ['s3:GetObject'],
      ['s3:AbortMultipartUpload', 's3:PutObject'],
      ['ssm:GetParameter'],
      ['secretsmanager:GetSecretValue'],
    ])
    expect(JSON.stringify(statements[1]?.Resource)).toMatch(/\/runs\/\*/)
    expect(JSON.stringify(statements[1]?.Resource)).not.toMatch(/blobs/)
  })
})
