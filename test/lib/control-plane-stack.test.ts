import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { interpretedMachine } from '#adapters/local/interpreted-executions.ts'
import { deploymentEnvironment, deploymentFunctions, type DeploymentFunction } from '#contract/deployment.ts'
import type { TemplateResource } from '#contract/idle-prices.ts'
import { dispatchQueue, dispatchTimes } from '#contract/queues.ts'
import { functionSizes } from '../../lib/control-plane/function-sizes.ts'
import { assertHas, assertAll, assertCount } from './assertions.ts'
import { resourcesOf, templatesOf } from './synthesised.ts'

const { controlPlane: plain, all } = templatesOf({ observability: false })
const resources = resourcesOf(plain)
const names = Object.keys(deploymentFunctions) as DeploymentFunction[]

const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type)
const properties = ({ Properties = {} }: TemplateResource): Record<string, unknown> => Properties
const functionOf = (name: DeploymentFunction) => {
  const found = ofType('AWS::Lambda::Function').find(([, each]) =>
    (properties(each)['Description'] as string).startsWith(`Forkcast ${name}:`),
  )
  if (found === undefined) throw new Error(`there is no function ${name}`)
  return { id: found[0], ...properties(found[1]) } as { readonly id: string } & Record<string, unknown>
}
const queueOf = (name: string) => {
  const found = ofType('AWS::SQS::Queue').find(([id]) => id.startsWith(`Queues${name}`) && !id.includes('DeadLetters'))
  if (found === undefined) throw new Error(`there is no queue ${name}`)
  return { id: found[0], ...properties(found[1]) } as { readonly id: string } & Record<string, unknown>
}

describe('functions', () => {
  it('are those of the contract', () => {
    expect(
      ofType('AWS::Lambda::Function')
        .map(([id]) => id)
        .toSorted(),
    ).toStrictEqual(names.map((name) => functionOf(name).id).toSorted())
  })

  it.each(names)('%s has an entry, runs Node 24, and is sized, traced and logged', (name) => {
    expect(existsSync(new URL(`../../lambdas/${name}/entry.ts`, import.meta.url))).toBe(true)
    expect(functionOf(name)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: functionSizes[name].memoryMiB,
      Timeout: functionSizes[name].timeoutS,
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } },
    })
  })

  it.each(names)('%s gets the settings that it reads, and no others', (name) => {
    const { Variables } = functionOf(name)['Environment'] as { readonly Variables: object }
    const optional = new Set<string>(['vcpus', 'image'])
    const read = deploymentFunctions[name].filter((setting) => !optional.has(setting))
    expect(Object.keys(Variables).toSorted()).toStrictEqual(
      read.map((setting) => deploymentEnvironment[setting]).toSorted(),
    )
  })

  it('have no reserved concurrency: a new account has 10 in all', () => {
    for (const name of names) expect(functionOf(name)).not.toHaveProperty('ReservedConcurrentExecutions')
  })

  it('keep logs for a while', () => {
    for (const [, group] of ofType('AWS::Logs::LogGroup')) {
      expect(properties(group)['RetentionInDays']).toBeGreaterThan(0)
      expect(group).toMatchObject({ DeletionPolicy: 'Delete' })
    }
  })
})

describe('queues', () => {
  it.each(['Timers', 'Work', 'JobEvents', 'Dispatch'])('%s puts aside what failed five times', (name) => {
    expect(queueOf(name)['RedrivePolicy']).toMatchObject({ maxReceiveCount: 5 })
  })

  it('dispatch is first in, first out, and late by as much as indexes are', () => {
    expect(queueOf('Dispatch')).toMatchObject({
      FifoQueue: true,
      DelaySeconds: dispatchQueue.delayS,
      VisibilityTimeout: dispatchTimes.visibilityS,
    })
    expect(dispatchTimes.visibilityS).toBeGreaterThanOrEqual(functionSizes.dispatch.timeoutS)
  })

  it.each([
    { name: 'Timers', worker: 'timers' },
    { name: 'Work', worker: 'work' },
    { name: 'JobEvents', worker: 'job-events' },
  ] as const)('$name hides a message for six times as long as its function may take', ({ name, worker }) => {
    expect(queueOf(name)['VisibilityTimeout']).toBe(6 * functionSizes[worker].timeoutS)
  })

  it('keep what was put aside for 14 days, and take nothing over an open connection', () => {
    assertAll(plain, 'AWS::SQS::Queue', {
      MessageRetentionPeriod: 14 * 24 * 3600,
      SqsManagedSseEnabled: true,
    })
    expect(ofType('AWS::SQS::QueuePolicy')).toHaveLength(ofType('AWS::SQS::Queue').length)
    assertAll(plain, 'AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sqs:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    })
  })

  it.each([
    { name: 'Timers', worker: 'timers', batch: 10 },
    { name: 'Work', worker: 'work', batch: 1 },
    { name: 'JobEvents', worker: 'job-events', batch: 10 },
  ] as const)('$name wakes its function, which says what of a batch failed', ({ name, worker, batch }) => {
    assertHas(plain, 'AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [queueOf(name).id, 'Arn'] },
      FunctionName: { Ref: functionOf(worker).id },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BatchSize: batch,
    })
  })

  it('dispatch wakes its function, for which a batch is one request', () => {
    assertHas(plain, 'AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [queueOf('Dispatch').id, 'Arn'] },
      FunctionName: { Ref: functionOf('dispatch').id },
      FunctionResponseTypes: Match.absent(),
    })
  })
})

describe('the state machine', () => {
  const [[, machine] = ['', undefined]] = ofType('AWS::StepFunctions::StateMachine')
  const deployed = properties(machine as TemplateResource)

  it('is the one that the local engine runs, with the functions of this deployment', () => {
    const definition = (deployed['DefinitionString'] as string)
      .replace('${Launch}', 'launch')
      .replace('${Settle}', 'settle')
    expect(JSON.parse(definition)).toStrictEqual(interpretedMachine)
    expect(deployed['DefinitionSubstitutions']).toStrictEqual({
      Launch: { 'Fn::GetAtt': [functionOf('launch').id, 'Arn'] },
      Settle: { 'Fn::GetAtt': [functionOf('settle').id, 'Arn'] },
    })
  })

  it('is the one that functions start, by the name that it has', () => {
    expect(deployed['StateMachineName']).toBe('forkcast-frontier')
    const { Variables } = functionOf('settle')['Environment'] as { readonly Variables: Record<string, unknown> }
    expect(JSON.stringify(Variables[deploymentEnvironment.stateMachine])).toContain(':stateMachine:forkcast-frontier')
  })

  it('logs errors without what executions are about, and is traced', () => {
    expect(deployed).toMatchObject({
      LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    })
  })

  it('has a timeout, retries and a catch in each of its tasks', () => {
    const tasksOf = (states: object): readonly object[] =>
      Object.values(states as Record<string, { Type: string; ItemProcessor?: { States: object } }>).flatMap((state) =>
        state.Type === 'Task' ? [state] : tasksOf(state.ItemProcessor?.States ?? {}),
      )
    const tasks = tasksOf((JSON.parse(deployed['DefinitionString'] as string) as { States: object }).States)
    expect(tasks).toHaveLength(2)
    for (const task of tasks) {
      expect(task).toMatchObject({
        TimeoutSeconds: expect.any(Number),
        Retry: [{}],
        Catch: [{ Next: expect.any(String) }],
      })
    }
  })

  it('may call its two functions', () => {
    assertHas(plain, 'AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'lambda:InvokeFunction',
            Resource: [
              { 'Fn::GetAtt': [functionOf('launch').id, 'Arn'] },
              { 'Fn::GetAtt': [functionOf('settle').id, 'Arn'] },
            ],
          }),
        ]),
      },
    })
  })
})

describe('rules', () => {
  it('bring jobs of this deployment’s queues that run or have ended', () => {
    const [[, rule] = ['', undefined]] = ofType('AWS::Events::Rule').filter(([id]) => id.startsWith('JobEvent'))
    const { EventPattern, Targets } = properties(rule as TemplateResource) as {
      readonly EventPattern: { readonly detail: { readonly jobQueue: readonly unknown[] } }
      readonly Targets: readonly object[]
    }
    expect(EventPattern).toMatchObject({
      source: ['aws.batch'],
      'detail-type': ['Batch Job State Change'],
      detail: { status: ['RUNNING', 'SUCCEEDED', 'FAILED'] },
    })
    expect(EventPattern.detail.jobQueue).toHaveLength(8)
    expect(Targets).toMatchObject([
      { Arn: { 'Fn::GetAtt': [queueOf('JobEvents').id, 'Arn'] }, DeadLetterConfig: { Arn: expect.anything() } },
    ])
  })

  it('wake the watch each minute, and do not until a function turns it on', () => {
    assertHas(plain, 'AWS::Events::Rule', {
      Name: 'forkcast-watch',
      ScheduleExpression: 'rate(1 minute)',
      State: 'DISABLED',
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [functionOf('watch').id, 'Arn'] } })],
    })
  })
})

describe('the API', () => {
  const methods = (template = plain) =>
    Object.values(template.findResources('AWS::ApiGateway::Method')).map(({ Properties }) => {
      const { HttpMethod, AuthorizationType, ApiKeyRequired } = Properties as Record<string, unknown>
      return { HttpMethod, AuthorizationType, ApiKeyRequired }
    })

  it('takes signed requests, and those of clones, which have tokens', () => {
    expect(methods()).toStrictEqual([
      { HttpMethod: 'ANY', AuthorizationType: 'AWS_IAM', ApiKeyRequired: false },
      { HttpMethod: 'POST', AuthorizationType: 'NONE', ApiKeyRequired: undefined },
    ])
  })

  it('logs who asked, is traced and throttled, users apart from clones, and never logs bodies', () => {
    assertHas(plain, 'AWS::ApiGateway::Stage', {
      StageName: 'v1',
      AccessLogSetting: { DestinationArn: Match.anyValue(), Format: Match.stringLikeRegexp('requestId') },
      TracingEnabled: true,
      MethodSettings: [
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          ThrottlingRateLimit: 50,
          ThrottlingBurstLimit: 100,
          DataTraceEnabled: false,
          LoggingLevel: 'ERROR',
        },
        {
          HttpMethod: 'POST',
          ResourcePath: '/~1clone~1{proxy+}',
          ThrottlingRateLimit: 2000,
          ThrottlingBurstLimit: 4000,
          DataTraceEnabled: false,
          LoggingLevel: 'ERROR',
        },
      ],
    })
  })

  it('takes tokens of a user pool instead when one is named', () => {
    const arn = 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_x'
    const { controlPlane } = templatesOf({ observability: false, controlPlane: { auth: { kind: 'user-pool', arn } } })
    expect(methods(controlPlane).map((method) => method.AuthorizationType)).toStrictEqual([
      'COGNITO_USER_POOLS',
      'NONE',
    ])
    assertHas(controlPlane, 'AWS::ApiGateway::Authorizer', { ProviderARNs: [arn] })
  })

  it('counts by API keys when asked to, and lets nobody in by them', () => {
    const { controlPlane } = templatesOf({
      observability: false,
      controlPlane: {
        usagePlan: { perS: 5, burst: 10, perDay: 1000 },
        rate: { perS: 7, burst: 9 },
        accountLogs: false,
      },
    })
    expect(methods(controlPlane)[0]).toStrictEqual({
      HttpMethod: 'ANY',
      AuthorizationType: 'AWS_IAM',
      ApiKeyRequired: true,
    })
    assertHas(controlPlane, 'AWS::ApiGateway::UsagePlan', {
      Throttle: { RateLimit: 5, BurstLimit: 10 },
      Quota: { Limit: 1000, Period: 'DAY' },
    })
    assertCount(controlPlane, 'AWS::ApiGateway::Account', 0)
  })
})

describe('a deployment', () => {
  it('knows its stacks one way only, and by weak references', () => {
    const outer = all.map((template) => JSON.stringify(template.toJSON()))
    expect(outer.join('')).not.toContain('Fn::ImportValue')
    const stacksNamed = outer.map((text) => [...new Set(text.match(/(?<="StackName":")[^"]+/g) ?? [])].toSorted())
    expect(stacksNamed).toStrictEqual([[], [], ['forkcast-data', 'forkcast-pools']])
  })

  it('has its name on everything that takes tags', () => {
    const tagged = all
      .flatMap((template) => Object.values(resourcesOf(template)))
      .filter(({ Properties = {} }) => 'Tags' in Properties)
    expect(tagged.length).toBeGreaterThan(40)
    for (const { Type, Properties = {} } of tagged) {
      expect([Type, JSON.stringify(Properties['Tags'])]).toStrictEqual([
        Type,
        expect.stringMatching(/"forkcast:deployment"/),
      ])
    }
  })

  it('lets one function sign links to the agent’s bundle, an object of the bootstrap bucket, and reads no other one there', () => {
    const functions = Object.values(plain.findResources('AWS::Lambda::Function')) as {
      readonly Properties: { readonly Environment?: { readonly Variables?: Record<string, unknown> } }
    }[]
    const told = functions.flatMap(({ Properties }) => {
      const { FORKCAST_AGENT, FORKCAST_AGENT_BUCKET, FORKCAST_AGENT_KEY } = Properties.Environment?.Variables ?? {}
      return FORKCAST_AGENT === undefined ? [] : [[FORKCAST_AGENT, FORKCAST_AGENT_BUCKET, FORKCAST_AGENT_KEY]]
    })
    const sha256 = createHash('sha256').update(readFileSync('lib/host/start.mjs')).digest('hex')
    const bucket = { 'Fn::Sub': 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}' }
    expect(told).toStrictEqual([[sha256, bucket, expect.stringMatching(/^[0-9a-f]{64}\.mjs$/)]])
    const policies = Object.values(plain.findResources('AWS::IAM::Policy')) as {
      readonly Properties: {
        readonly PolicyDocument: { readonly Statement: readonly { readonly Resource: unknown }[] }
      }
    }[]
    const objects = policies
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Resource }) => JSON.stringify(Resource).includes('cdk-hnb659fds-assets'))
    expect(objects).toMatchObject([{ Action: 's3:GetObject', Effect: 'Allow' }])
    expect(JSON.stringify(objects[0]?.Resource)).toContain(`/${String(told[0]?.[2])}"`)
  })

  it('refuses a name that resources cannot have', () => {
    expect(() => templatesOf({ deployment: 'a_b' })).toThrow('a deployment cannot be called a_b')
  })

  it('on an emulated account sends jobs to its AWS Batch, and clones to its API', () => {
    const emulated = { url: 'http://127.0.0.1:4566', batchUrl: 'http://127.0.0.1:5999' }
    const { controlPlane } = templatesOf({ observability: false, controlPlane: { emulated } })
    assertAll(controlPlane, 'AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ AWS_ENDPOINT_URL_BATCH: emulated.batchUrl }) },
    })
    expect(JSON.stringify(controlPlane.findResources('AWS::SSM::Parameter'))).toContain('_aws/execute-api/')
    expect(JSON.stringify(plain.toJSON())).not.toContain('_ENDPOINT_URL')
  })
})
