import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBatchPools } from '#adapters/aws/batch-pools.ts'
import { causeOfReason } from '#core/failure/cause-of-reason.ts'
import type { PlacedClone } from '#ports/pools.ts'
import { ec2 } from '../../local/batch/batch-rig.ts'
import { image, nearJob, openPoolsRig, type PoolsRig } from './batch-pools-rig.ts'

let rig: PoolsRig
beforeEach(async () => {
  rig = await openPoolsRig()
})
afterEach(() => rig.close())

const a = nearJob('clean[3]')
const newest = (request = a) => rig.batch.job(rig.ids(request)[0] ?? '')
const calls = (name: string) => rig.sent.get(`${name}Command`) ?? 0

describe('a submission', () => {
  it('says who the clone is and what it may call with, its size and its outer limit, and nothing else', async () => {
    await rig.pools.submit([{ ...a, resources: { vcpus: 0.5, memoryMiB: 700.5, gpus: 0 } }])
    const { jobName, retryStrategy, timeout, container } = newest()
    expect(jobName).toMatch(/^run_00000001-clean-3--[0-9a-f]{32}$/)
    expect(retryStrategy?.attempts).toBe(1)
    expect(timeout).toStrictEqual({ attemptDurationSeconds: 645 })
    expect(container).toMatchObject({
      image,
      command: ['/agent'],
      environment: [
        { name: 'FORKCAST_CLONE_ID', value: JSON.stringify({ job: a.job, slot: a.slot }) },
        { name: 'FORKCAST_CLONE_TOKEN', value: `token of ${a.job}` },
      ],
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '701' },
      ],
    })
  })

  it('of a pool whose containers follow another one is of two, and is known by the end of the clone’s', async () => {
    const [pool] = rig.options.pools
    if (pool === undefined) throw new Error('no pool')
    const container = { ...pool.container, init: { image: 'node', command: ['copy'] } }
    const pools = createBatchPools({ ...rig.options, pools: [{ ...pool, container }] })
    await pools.submit([a])
    const { container: only, ecsProperties } = newest()
    expect(only).toBeUndefined()
    expect(ecsProperties?.taskProperties?.[0]?.containers).toMatchObject([
      { name: 'forkcast-runtime', image: 'node', command: ['copy'] },
      { name: 'clone', image, environment: [{ name: 'FORKCAST_CLONE_ID' }, { name: 'FORKCAST_CLONE_TOKEN' }] },
    ])
    await rig.settle()
    await rig.batch.finish(newest().jobId ?? '', 3)
    await rig.settle()
    expect(rig.told).toMatchObject([{ job: a.job, exitCode: 3 }])
  })

  it.each([
    [5, { attemptDurationSeconds: 60 }],
    [15.5, { attemptDurationSeconds: 61 }],
    [null, undefined],
  ])('of a command with a limit of %s s has one of %o', async (timeoutS, timeout) => {
    await rig.pools.submit([{ ...a, timeoutS }])
    expect(newest().timeout).toStrictEqual(timeout)
  })

  it('names the share of a queue that has a policy', async () => {
    const { arn: schedulingPolicyArn } = rig.batch.call<{ arn: string }>('createschedulingpolicy', {
      name: 'fair',
      fairsharePolicy: {},
    })
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: 'ce' }]
    rig.batch.call('createjobqueue', {
      jobQueueName: 'fair',
      priority: 1,
      schedulingPolicyArn,
      computeEnvironmentOrder,
    })
    const [pool] = rig.options.pools
    if (pool === undefined) throw new Error('no pool')
    const pools = createBatchPools({
      ...rig.options,
      pools: [{ ...pool, queue: 'fair' }],
      launchOf: async () => ({ image, share: { id: 'tenant1', priority: 70 } }),
    })
    await pools.submit([a])
    const [id = ''] = rig.batch.list({ jobQueue: 'fair', filters: [{ name: 'SHARE_IDENTIFIER', values: ['tenant1'] }] })
    expect(rig.batch.job(id)).toMatchObject({ shareIdentifier: 'tenant1', schedulingPriority: 70 })
  })

  it('that was not answered is found again, also when its job has ended meanwhile', async () => {
    rig.cutOff('SubmitJobCommand', async () => {
      await rig.settle()
      await rig.batch.finish(rig.ids(a)[0] ?? '', 0)
    })
    await rig.pools.submit([a])
    expect(rig.ids(a)).toHaveLength(1)
    expect(await rig.pools.jobs([a.job])).toMatchObject([{ state: 'ended', ended: { job: a.job, exitCode: 0 } }])
  })

  it('that never arrived is not taken for an earlier job of the same name', async () => {
    await rig.pools.submit([a])
    await rig.settle()
    await rig.batch.finish(rig.ids(a)[0] ?? '', 0)
    rig.holdUp('SubmitJobCommand')
    await rig.pools.submit([a])
    expect(rig.ids(a)).toHaveLength(2)
    expect(await rig.pools.jobs([a.job])).toMatchObject([{ state: 'alive' }])
  })

  it('that was taken for lost and arrives late makes a second job: the clone lives while one does, and both are ended', async () => {
    const arrive = rig.holdUp('SubmitJobCommand')
    await rig.pools.submit([a])
    await arrive()
    await rig.settle()
    const [late = '', first = ''] = rig.ids(a)
    expect(await createBatchPools(rig.options).jobs([a.job])).toMatchObject([{ state: 'alive' }])
    // It gets no lease.
    await rig.batch.finish(late, 0)
    expect(await rig.pools.jobs([a.job])).toMatchObject([{ state: 'alive' }])
    await rig.pools.submit([a])
    expect(rig.ids(a)).toStrictEqual([late, first])
    await rig.batch.finish(first, 3)
    expect(await rig.pools.jobs([a.job])).toMatchObject([{ state: 'ended' }])

    const b = nearJob('b')
    const arriveToo = rig.holdUp('SubmitJobCommand')
    await rig.pools.submit([b])
    await arriveToo()
    await rig.settle()
    await rig.pools.terminate([b.job], 'another clone won')
    await rig.settle()
    expect(rig.ids(b).map((id) => rig.batch.job(id).statusReason)).toStrictEqual([
      'another clone won',
      'another clone won',
    ])
  })

  it('that is refused is not tried again, and the others are made', async () => {
    const [b, c] = [nearJob('b'), nearJob('c')]
    const launchOf = async ({ slot }: PlacedClone) => {
      const share = slot.task === b.slot.task ? { share: { id: 'none', priority: 1 } } : {}
      return { image, ...share }
    }
    const pools = createBatchPools({ ...rig.options, launchOf })
    await expect(pools.submit([a, b, c])).rejects.toThrow('has no scheduling policy')
    expect([a, b, c].map((request) => rig.ids(request).length)).toStrictEqual([1, 0, 1])
    expect(calls('SubmitJob')).toBe(3)
  })

  it('of more than its platform has is refused in words, and the others are made', async () => {
    const { subnets, securityGroupIds } = ec2
    rig.batch.call('createcomputeenvironment', {
      computeEnvironmentName: 'fargate',
      type: 'MANAGED',
      computeResources: { type: 'FARGATE', maxvCpus: 8, subnets, securityGroupIds },
    })
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: 'fargate' }]
    rig.batch.call('createjobqueue', { jobQueueName: 'fargate', priority: 1, computeEnvironmentOrder })
    const [pool] = rig.options.pools
    if (pool === undefined) throw new Error('no pool')
    const container = { ...pool.container, executionRoleArn: 'arn:aws:iam::000000000000:role/pull' }
    const pools = createBatchPools({
      ...rig.options,
      pools: [{ ...pool, container, queue: 'fargate', platform: 'FARGATE' }],
    })
    const large = { ...nearJob('large'), resources: { vcpus: 1, memoryMiB: 130_000, gpus: 0 } }
    const small = { ...a, resources: { vcpus: 0.3, memoryMiB: 5000, gpus: 0 } }
    await expect(pools.submit([large, small])).rejects.toThrow('1 vCPUs with 130000 MiB are more than Fargate has')
    await rig.settle()
    const [id = ''] = rig.batch.list({ jobQueue: 'fargate' })
    expect(rig.batch.job(id).container?.resourceRequirements).toStrictEqual([
      { type: 'VCPU', value: '1' },
      { type: 'MEMORY', value: '5120' },
    ])
  })
})

describe('job definitions', () => {
  it('are registered once for a content, whoever submits', async () => {
    await rig.pools.submit([a, nearJob('b')])
    await createBatchPools(rig.options).submit([nearJob('c')])
    expect(calls('RegisterJobDefinition')).toBe(1)
    expect(newest().jobDefinition).toMatch(/forkcast-[0-9a-f]{32}:1$/)

    const launchOf = async () => ({ image: 'python:3.14' })
    await createBatchPools({ ...rig.options, launchOf }).submit([nearJob('d')])
    expect(calls('RegisterJobDefinition')).toBe(2)
    expect(newest(nearJob('d')).jobDefinition).not.toBe(newest().jobDefinition)
  })

  it('whose registration was not answered are found again', async () => {
    rig.cutOff('RegisterJobDefinitionCommand')
    await rig.pools.submit([a])
    expect(newest().jobDefinition).toMatch(/:1$/)
    expect(calls('RegisterJobDefinition')).toBe(1)
  })

  it('that somebody took away are registered again for the next submission', async () => {
    await rig.pools.submit([a])
    rig.batch.call('deregisterjobdefinition', { jobDefinition: newest().jobDefinition })
    await expect(rig.pools.submit([nearJob('b')])).rejects.toThrow('is not ACTIVE')
    await rig.pools.submit([nearJob('b')])
    expect(newest(nearJob('b')).jobDefinition).toMatch(/:2$/)
  })
})

describe('another process', () => {
  it('finds jobs by name, and describes 100 of them in one call', async () => {
    const requests = Array.from({ length: 100 }, (_, index) => nearJob(`many[${index}]`))
    await rig.pools.submit(requests)
    const names = requests.map(({ job }) => job)
    const before = calls('DescribeJobs')
    const states = await createBatchPools(rig.options).jobs(names)
    expect(states.map(({ job }) => job)).toStrictEqual(names)
    expect(calls('DescribeJobs') - before).toBe(1)
  })

  it('ends more of them than one call takes', async () => {
    const requests = Array.from({ length: 60 }, (_, index) => nearJob(`many[${index}]`))
    await rig.pools.submit(requests)
    await rig.settle()
    await createBatchPools(rig.options).terminate(
      requests.map(({ job }) => job),
      'x'.repeat(2000),
    )
    await rig.settle()
    expect(rig.told.map(({ reason }) => reason)).toStrictEqual(requests.map(() => 'x'.repeat(1024)))
    expect(calls('TerminateJobs')).toBe(2)
  })
})

describe('the end of a job', () => {
  it('whose host was taken away is told in words that say so', async () => {
    await rig.pools.submit([a])
    await rig.settle()
    rig.batch.service.reclaimHostOf(rig.ids(a)[0] ?? '')
    await rig.settle()
    const [ended, ...others] = rig.told
    expect(others).toStrictEqual([])
    expect(ended).toMatchObject({ job: a.job, slot: a.slot, pool: a.pool, billedS: 5, exitCode: null })
    expect(causeOfReason(ended?.reason ?? '', null)).toStrictEqual({ cause: 'reclaimed', confidence: 'certain' })
  })

  it('whose container could not start is told with what is known of that', async () => {
    await rig.pools.submit([a])
    await rig.settle()
    const exit = { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }
    await rig.batch.finish(rig.ids(a)[0] ?? '', exit)
    await rig.settle()
    expect(rig.told).toMatchObject([{ exitCode: 137, reason: `Essential container in task exited: ${exit.reason}` }])
  })
})

describe('room', () => {
  it('is held in the sizes that the platform has, and never below nothing', async () => {
    const small = { ...a, resources: { vcpus: 0.5, memoryMiB: 512, gpus: 0 } }
    const capacityWith = (held: readonly (typeof a)[]) =>
      createBatchPools({ ...rig.options, held: async () => held }).capacity()
    expect(await capacityWith([])).toStrictEqual({
      pools: {
        'near-cpu': { vcpus: 4, memoryMiB: 8192, gpus: 0 },
        'far-cpu': { vcpus: 4, memoryMiB: 8192, gpus: 0 },
      },
      total: { vcpus: 6, memoryMiB: 16_384, gpus: 0 },
    })
    expect(await capacityWith([small, small, small])).toMatchObject({
      pools: { 'near-cpu': { vcpus: 1 }, 'far-cpu': { vcpus: 3 } },
      total: { vcpus: 3 },
    })
    const elsewhere = { ...a, pool: 'gone', resources: { vcpus: 7, memoryMiB: 1, gpus: 0 } }
    expect(await capacityWith([elsewhere])).toMatchObject({ pools: { 'near-cpu': { vcpus: 0 } }, total: { vcpus: 0 } })
  })

  it('that pools share is free in none of them once it is held in one', async () => {
    const shared = [{ pools: ['near-cpu', 'far-cpu'], room: { vcpus: 3, memoryMiB: 8192, gpus: 0 } }]
    const capacityWith = (held: readonly (typeof a)[]) =>
      createBatchPools({ ...rig.options, shared, held: async () => held }).capacity()
    expect(await capacityWith([])).toMatchObject({
      pools: { 'near-cpu': { vcpus: 3 }, 'far-cpu': { vcpus: 3 } },
      shared,
    })
    const large = { ...a, resources: { vcpus: 2, memoryMiB: 512, gpus: 0 } }
    expect(await capacityWith([large])).toMatchObject({
      pools: { 'near-cpu': { vcpus: 1 }, 'far-cpu': { vcpus: 1 } },
      shared: [{ room: { vcpus: 1, memoryMiB: 7680 } }],
    })
    expect(await capacityWith([large, large])).toMatchObject({ shared: [{ room: { vcpus: 0 } }] })
    expect(shared[0]?.room.vcpus).toBe(3)
  })
})
