import { join } from 'node:path'
import {
  BatchServiceException,
  CancelJobCommand,
  CancelJobsCommand,
  ClientException,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  CreateSchedulingPolicyCommand,
  DeleteComputeEnvironmentCommand,
  DeleteJobQueueCommand,
  DeleteSchedulingPolicyCommand,
  DeregisterJobDefinitionCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  DescribeSchedulingPoliciesCommand,
  ListJobsCommand,
  ListSchedulingPoliciesCommand,
  ListTagsForResourceCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TagResourceCommand,
  TerminateJobCommand,
  TerminateJobsCommand,
  UntagResourceCommand,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
  UpdateSchedulingPolicyCommand,
  type ComputeResource,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch'
import { afterAll, describe, expect, it } from 'vitest'
import { openBatchEndpoint } from '#local/batch/batch-endpoint.ts'
import { batchClient } from './batch-client.ts'
import { openEndpoint } from './opened-endpoint.ts'

const { endpoint, folder, aws, submit, reached, ended, logOf, close } = await openEndpoint()
afterAll(close)

/** What `resourceRequirements` replaced, and old definitions still say. */
const legacySize: object = { vcpus: 1, memory: 128 }

describe('the API', () => {
  it('creates, describes, updates and deletes environments and queues', async () => {
    const { client } = aws
    const { computeEnvironments: [ce] = [] } = await client.send(
      new DescribeComputeEnvironmentsCommand({ computeEnvironments: ['ce'] }),
    )
    expect(ce).toMatchObject({ status: 'VALID', state: 'ENABLED', tags: { a: '1' } })
    await expect(client.send(new DeleteComputeEnvironmentCommand({ computeEnvironment: 'ce' }))).rejects.toThrow(
      'Cannot delete, state must be DISABLED',
    )
    const computeResources = { ...ce?.computeResources, type: 'SPOT', maxvCpus: 4, desiredvCpus: 0 } as ComputeResource
    const name = 'other'
    await client.send(
      new CreateComputeEnvironmentCommand({ computeEnvironmentName: name, type: 'MANAGED', computeResources }),
    )
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: name }]
    await client.send(new CreateJobQueueCommand({ jobQueueName: name, priority: 5, computeEnvironmentOrder }))
    await client.send(
      new UpdateComputeEnvironmentCommand({
        computeEnvironment: name,
        state: 'DISABLED',
        computeResources: { maxvCpus: 2 },
      }),
    )
    await expect(client.send(new DeleteComputeEnvironmentCommand({ computeEnvironment: name }))).rejects.toThrow(
      'Cannot delete, found existing JobQueue relationship',
    )
    await client.send(new UpdateJobQueueCommand({ jobQueue: name, state: 'DISABLED', priority: 6 }))
    const { jobQueues = [] } = await client.send(new DescribeJobQueuesCommand({ jobQueues: [name] }))
    expect(jobQueues).toMatchObject([{ state: 'DISABLED', priority: 6, status: 'VALID' }])
    await client.send(new DeleteJobQueueCommand({ jobQueue: name }))
    await client.send(new DeleteComputeEnvironmentCommand({ computeEnvironment: name }))
    const left = await client.send(new DescribeComputeEnvironmentsCommand({}))
    expect(left.computeEnvironments?.map((one) => one.computeEnvironmentName)).toStrictEqual(['ce'])
  })

  it('creates, lists, describes, updates and deletes scheduling policies', async () => {
    const { client } = aws
    const fairsharePolicy = { shareDecaySeconds: 600, shareDistribution: [{ shareIdentifier: 'a', weightFactor: 0.5 }] }
    const { arn } = await client.send(
      new CreateSchedulingPolicyCommand({ name: 'p', fairsharePolicy, tags: { b: '2' } }),
    )
    await client.send(
      new UpdateSchedulingPolicyCommand({ arn, fairsharePolicy: { ...fairsharePolicy, computeReservation: 5 } }),
    )
    const { schedulingPolicies } = await client.send(new DescribeSchedulingPoliciesCommand({ arns: [arn ?? ''] }))
    expect(schedulingPolicies).toMatchObject([
      { name: 'p', fairsharePolicy: { computeReservation: 5 }, tags: { b: '2' } },
    ])
    const listed = await client.send(new ListSchedulingPoliciesCommand({}))
    expect(listed.schedulingPolicies).toStrictEqual([{ arn }])
    await client.send(new DeleteSchedulingPolicyCommand({ arn }))
    expect((await client.send(new ListSchedulingPoliciesCommand({}))).schedulingPolicies).toStrictEqual([])
  })

  it('numbers the revisions of definitions, and takes the latest active one', async () => {
    const { client } = aws
    const register = (value: string) =>
      client.send(
        new RegisterJobDefinitionCommand({
          jobDefinitionName: 'e',
          type: 'container',
          retryStrategy: { attempts: 2, evaluateOnExit: [{ action: 'RETRY', onExitCode: '1' }] },
          timeout: { attemptDurationSeconds: 60 },
          containerProperties: {
            image: 'busybox',
            ...legacySize,
            command: ['sh', '-c', 'echo $VERSION'],
            environment: [{ name: 'VERSION', value }],
          },
        }),
      )
    const [first, second] = [await register('1'), await register('2')]
    expect([first.revision, second.revision]).toStrictEqual([1, 2])
    await client.send(new DeregisterJobDefinitionCommand({ jobDefinition: 'e:2' }))
    const { jobDefinitions = [] } = await client.send(new DescribeJobDefinitionsCommand({ jobDefinitionName: 'e' }))
    expect(jobDefinitions.map(({ revision, status }) => [revision, status])).toStrictEqual([
      [1, 'ACTIVE'],
      [2, 'INACTIVE'],
    ])
    const { jobId = '' } = await client.send(new SubmitJobCommand({ jobName: 'j', jobQueue: 'q', jobDefinition: 'e' }))
    const job = await ended(jobId)
    expect(job.jobDefinition).toBe(first.jobDefinitionArn)
    expect(logOf(job)).toBe('1\n')
    await expect(
      client.send(new SubmitJobCommand({ jobName: 'j', jobQueue: 'q', jobDefinition: 'e:2' })),
    ).rejects.toThrow(ClientException)
  })

  it('lists jobs by name over pages', async () => {
    const ids: string[] = []
    for (let n = 0; n < 3; n++) ids.push(await submit('true', { jobName: 'listed' }))
    await Promise.all(ids.map(ended))
    const seen: (string | undefined)[] = []
    let nextToken: string | undefined
    do {
      const page = await aws.client.send(
        new ListJobsCommand({
          jobQueue: 'q',
          maxResults: 2,
          nextToken,
          filters: [{ name: 'JOB_NAME', values: ['Listed'] }],
        }),
      )
      seen.push(...(page.jobSummaryList ?? []).map(({ jobId }) => jobId))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    expect(seen).toStrictEqual(ids.toReversed())
  })

  it('tags what has tags', async () => {
    const { client } = aws
    const { jobQueues: [queue] = [] } = await client.send(new DescribeJobQueuesCommand({ jobQueues: ['q'] }))
    const jobId = await submit('true', { tags: { c: '3' } })
    const { jobArn } = await ended(jobId)
    for (const resourceArn of [queue?.jobQueueArn, jobArn]) {
      await client.send(new TagResourceCommand({ resourceArn, tags: { 'a b': 'x/y', d: '' } }))
      await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['d', 'c'] }))
      expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toStrictEqual({ 'a b': 'x/y' })
    }
  })

  it('cancels and terminates many at once, and tells which are not there', async () => {
    const first = await submit('sleep 600')
    const waits = await submit('true', { dependsOn: [{ jobId: first }] })
    await reached(first, 'RUNNING')
    await aws.client.send(new CancelJobCommand({ jobId: waits, reason: 'not needed' }))
    const cancelled = await aws.client.send(new CancelJobsCommand({ jobs: [waits], reason: 'not needed' }))
    expect(cancelled).toMatchObject({ successful: [waits], errors: [] })
    const answer = await aws.client.send(new TerminateJobsCommand({ jobs: [first, 'unknown'], reason: 'over' }))
    expect(answer).toMatchObject({ successful: [first], errors: [{ job: 'unknown', code: 'ClientException' }] })
    expect(await ended(first)).toMatchObject({ statusReason: 'over' })
    await aws.client.send(new TerminateJobCommand({ jobId: first, reason: 'once more' }))
    const { jobs } = await aws.client.send(new DescribeJobsCommand({ jobs: [first] }))
    expect(jobs).toMatchObject([{ status: 'FAILED', statusReason: 'over' }])
    expect(await ended(waits)).toMatchObject({ status: 'FAILED' })
  })

  it.each([
    [
      'a payload of more than 30 KiB',
      { tags: { t: '' }, parameters: { p: 'x'.repeat(31 * 1024) } },
      'Job size must be less than 30 KiB, got 32 KiB',
    ],
    ['an array of 1', { arrayProperties: { size: 1 } }, 'arrayProperties.size'],
    ['an array of 10,001', { arrayProperties: { size: 10_001 } }, 'arrayProperties.size'],
    ['a timeout of 59 s', { timeout: { attemptDurationSeconds: 59 } }, 'timeout.attemptDurationSeconds'],
    ['11 attempts', { retryStrategy: { attempts: 11 } }, 'retryStrategy.attempts'],
    ['21 dependencies', { dependsOn: Array.from({ length: 21 }, () => ({ jobId: 'x' })) }, 'dependsOn'],
    ['a dependency that is not there', { dependsOn: [{ jobId: 'x' }] }, 'Job x does not exist'],
    ['a name with a space', { jobName: 'a b' }, 'jobName: should match valid pattern'],
    ['a share where there is no policy', { shareIdentifier: 'a' }, 'has no scheduling policy'],
    ['a queue that is not there', { jobQueue: 'nowhere' }, 'JobQueue nowhere does not exist'],
    ['what is not emulated', { nodeOverrides: { numNodes: 2 } }, 'nodeOverrides is not emulated here'],
    [
      'a reserved variable',
      { containerOverrides: { environment: [{ name: 'AWS_BATCH_JOB_ID', value: 'x' }] } },
      'AWS_BATCH is reserved',
    ],
  ] as const)('refuses %s', async (_, request, message) => {
    const refused = submit('true', request as unknown as Partial<SubmitJobCommandInput>)
    await expect(refused).rejects.toBeInstanceOf(ClientException)
    await expect(refused).rejects.toThrow(message)
  })

  it('refuses more than 100 ids at once, and a queue of four environments', async () => {
    const { client } = aws
    const jobs = Array.from({ length: 101 }, (_, n) => String(n))
    await expect(client.send(new DescribeJobsCommand({ jobs }))).rejects.toThrow('at most 100 at once')
    expect((await client.send(new DescribeJobsCommand({ jobs: jobs.slice(1) }))).jobs).toStrictEqual([])
    const computeEnvironmentOrder = [1, 2, 3, 4].map((order) => ({ order, computeEnvironment: 'ce' }))
    const create = new CreateJobQueueCommand({ jobQueueName: 'r', priority: 1, computeEnvironmentOrder })
    await expect(client.send(create)).rejects.toThrow('at most 3 compute environments')
  })

  it('throttles more than 50 submissions in a second', async () => {
    const one = await openBatchEndpoint({
      folder: join(folder, 'throttled'),
      inherit: {},
      onError: () => undefined,
      submitsPerS: 1,
    })
    const other = batchClient(one.url)
    const request = new SubmitJobCommand({ jobName: 'j', jobQueue: 'none', jobDefinition: 'd' })
    await expect(other.client.send(request)).rejects.toThrow('JobQueue none does not exist')
    const error = await other.client.send(request).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BatchServiceException)
    expect(error).toMatchObject({ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } })
    expect(other.problems).toStrictEqual([])
    other.client.destroy()
    await one.close()
  })

  it('throttles, fails and leaves without an answer as its knobs say, and only the last is done', async () => {
    const { client } = aws
    const named = async (jobName: string) => {
      const request = { jobName, jobQueue: 'q', jobDefinition: 'd' }
      const error = await client.send(new SubmitJobCommand(request)).catch((thrown: unknown) => thrown)
      endpoint.tuneCalls({ throttled: 0, failed: 0, unanswered: 0 })
      const filters = [{ name: 'JOB_NAME', values: [jobName] }]
      const { jobSummaryList } = await client.send(new ListJobsCommand({ jobQueue: 'q', filters }))
      return { error, jobs: jobSummaryList?.length }
    }
    endpoint.tuneCalls({ throttled: 1 })
    expect(await named('throttled')).toMatchObject({ error: { name: 'TooManyRequestsException' }, jobs: 0 })
    endpoint.tuneCalls({ failed: 1 })
    expect(await named('failed')).toMatchObject({ error: { name: 'ServerException', $fault: 'server' }, jobs: 0 })
    endpoint.tuneCalls({ unanswered: 1 })
    expect(await named('unanswered')).toMatchObject({ error: { code: 'ECONNRESET' }, jobs: 1 })
  })

  it('answers this machine alone, signed requests alone, and one access key if it was told so', async () => {
    const guarded = await openBatchEndpoint({
      folder: join(folder, 'guarded'),
      inherit: {},
      onError: () => undefined,
      accessKeyId: 'AKIDRIGHT',
    })
    const path = `${guarded.url}/v1/describejobs`
    const unsigned = await fetch(path, { method: 'POST', body: '{"jobs":[]}' })
    expect([unsigned.status, unsigned.headers.get('x-amzn-errortype')]).toStrictEqual([
      403,
      'MissingAuthenticationTokenException',
    ])
    const [wrong, right] = [batchClient(guarded.url, 'AKIDWRONG'), batchClient(guarded.url, 'AKIDRIGHT')]
    await expect(wrong.client.send(new DescribeJobsCommand({ jobs: [] }))).rejects.toThrow(
      'The access key is not the one',
    )
    expect((await right.client.send(new DescribeJobsCommand({ jobs: [] }))).jobs).toStrictEqual([])
    for (const { client } of [wrong, right]) client.destroy()
    await guarded.close()
  })
})

/** Every operation that is emulated. */
const emulated = `
  canceljob canceljobs createcomputeenvironment createjobqueue createschedulingpolicy deletecomputeenvironment
  deletejobqueue deleteschedulingpolicy deregisterjobdefinition describecomputeenvironments describejobdefinitions
  describejobqueues describejobs describeschedulingpolicies listjobs listschedulingpolicies registerjobdefinition
  submitjob tags terminatejob terminatejobs updatecomputeenvironment updatejobqueue updateschedulingpolicy`

it('all that went over the wire is as the model of the service says, and each operation was called', () => {
  expect(aws.problems).toStrictEqual([])
  const posted = emulated.trim().split(/\s+/)
  expect([...aws.answered].sort()).toStrictEqual([
    'DELETE /v1/tags',
    'GET /v1/tags',
    ...posted.map((name) => `POST /v1/${name}`),
  ])
})
