import {
  type CreateComputeEnvironmentRequest,
  CreateComputeEnvironmentCommand,
  type CreateJobQueueRequest,
  CreateJobQueueCommand,
  type CreateSchedulingPolicyRequest,
  CreateSchedulingPolicyCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobQueuesCommand,
  DescribeSchedulingPoliciesCommand,
} from '@aws-sdk/client-batch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBatchClient } from '#adapters/aws/batch-client.ts'
import { configurations } from '../lib/configurations.ts'
import { resourcesOf, templatesOf } from '../lib/synthesised.ts'
import type { Emulator } from './emulator-process.ts'
import { asRequest, makeAllButBatch, type Resolve, type Resources, startMoto } from './moto-stack.ts'

const { pools } = templatesOf({ ...configurations.gpu, observability: false })
if (pools === undefined) throw new Error('there are pools')

/** An environment without a role has one of AWS Batch itself, which Moto does not make. */
const serviceRole = { 'Fn::GetAtt': ['Service', 'Arn'] }
const resources: Resources = Object.fromEntries([
  ...Object.entries(resourcesOf(pools)).map(([id, resource]) => [
    id,
    resource.Type === 'AWS::Batch::ComputeEnvironment'
      ? { ...resource, Properties: { ...resource.Properties, ServiceRole: serviceRole } }
      : resource,
  ]),
  ['Service', { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } }],
])

/** What CloudFormation alone knows, and what requests take that change an environment; `pools-stack.test.ts` looks at these. */
const notOfCreation = new Set(['ReplaceComputeEnvironment', 'UpdatePolicy', 'UpdateToLatestImageVersion'])

const arns = new Map<string, string>()
let moto: Emulator | undefined
let batch: ReturnType<typeof createBatchClient>
let resolve: Resolve

/** The resources of a type by id, as the template has them, with references resolved. */
function wanted<T extends object>(type: string): readonly (readonly [string, T])[] {
  const without = (value: object): object =>
    Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !notOfCreation.has(key))
        .map(([key, inner]) => [key, key === 'ComputeResources' ? without(inner as object) : (inner as unknown)]),
    )
  return Object.entries(resources)
    .filter(([, { Type }]) => Type === `AWS::Batch::${type}`)
    .map(([id, { Properties = {} }]) => [id, asRequest(resolve(without(Properties), arns)) as T])
}

beforeAll(async () => {
  moto = await startMoto()
  batch = createBatchClient({
    endpoint: moto.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  resolve = await makeAllButBatch(moto.url, resources)
  for (const [id, policy] of wanted<CreateSchedulingPolicyRequest>('SchedulingPolicy')) {
    arns.set(id, (await batch.send(new CreateSchedulingPolicyCommand({ ...policy, name: id }))).arn ?? '')
  }
  for (const [id, environment] of wanted<CreateComputeEnvironmentRequest>('ComputeEnvironment')) {
    const request = { ...environment, computeEnvironmentName: id }
    arns.set(id, (await batch.send(new CreateComputeEnvironmentCommand(request))).computeEnvironmentArn ?? '')
  }
  for (const [id, queue] of wanted<CreateJobQueueRequest>('JobQueue')) {
    arns.set(id, (await batch.send(new CreateJobQueueCommand(queue))).jobQueueArn ?? '')
  }
})
afterAll(async () => {
  batch.destroy()
  await moto?.stop()
})

describe('pools, as another implementation of AWS Batch has them', () => {
  it('are environments with all that the template says', async () => {
    const { computeEnvironments = [] } = await batch.send(new DescribeComputeEnvironmentsCommand({}))
    expect(computeEnvironments).toHaveLength(14)
    for (const [id, environment] of wanted('ComputeEnvironment')) {
      expect(computeEnvironments.find((one) => one.computeEnvironmentName === id)).toMatchObject(environment)
    }
  })

  it('are queues with all that the template says', async () => {
    const { jobQueues = [] } = await batch.send(new DescribeJobQueuesCommand({}))
    expect(jobQueues).toHaveLength(14)
    for (const [id, queue] of wanted('JobQueue')) {
      expect(jobQueues.find((one) => one.jobQueueArn === arns.get(id))).toMatchObject(queue)
    }
  })

  it('share by the policy of the template', async () => {
    const policies = wanted('SchedulingPolicy')
    const { schedulingPolicies } = await batch.send(
      new DescribeSchedulingPoliciesCommand({ arns: policies.map(([id]) => arns.get(id) ?? '') }),
    )
    expect(schedulingPolicies).toMatchObject(policies.map(([, policy]) => policy))
  })
})
