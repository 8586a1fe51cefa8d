import { describe, expect, it } from 'vitest'
import { batchRig, containerProperties, ec2, type BatchRig } from './batch-rig.ts'

const needing = (vcpus: number) => ({
  containerOverrides: { resourceRequirements: [{ type: 'VCPU' as const, value: String(vcpus) }] },
})

/** Adds an environment, and a queue over environments in this order. */
function environment(rig: BatchRig, name: string, changes: object = {}): void {
  const computeResources = { ...ec2, ...changes }
  rig.call('createcomputeenvironment', { computeEnvironmentName: name, type: 'MANAGED', computeResources })
}

function queue(rig: BatchRig, name: string, environments: readonly string[], changes: object = {}): void {
  const computeEnvironmentOrder = environments.map((one, index) => ({ order: index + 1, computeEnvironment: one }))
  rig.call('createjobqueue', { jobQueueName: name, priority: 1, computeEnvironmentOrder, ...changes })
}

/** Which environment each job that runs is in. */
function whereRuns(rig: BatchRig): readonly (string | undefined)[] {
  return [...rig.running.values()].map((run) => run.environment['AWS_BATCH_CE_NAME'])
}

describe('places', () => {
  it('two jobs of 1 vCPU share a host of 2', async () => {
    const rig = batchRig()
    await rig.submit()
    await rig.submit()
    expect(rig.desiredvCpus('ce')).toBe(2)
    await rig.clock.advance(30_000)
    expect(rig.running.size).toBe(2)
  })

  it('a job behind one that waits for room waits too', async () => {
    const rig = batchRig()
    const first = await rig.submit(needing(2))
    await rig.submit()
    const large = await rig.submit(needing(2))
    const small = await rig.submit()
    await rig.clock.advance(30_000)
    expect(rig.statusOf(small)).toBe('RUNNABLE')
    await rig.finish(first)
    expect([rig.statusOf(large), rig.statusOf(small)]).toStrictEqual(['RUNNING', 'RUNNING'])
  })

  it('a queue spills over its environments in their order', async () => {
    const rig = batchRig({ isEmpty: true })
    environment(rig, 'hot', { maxvCpus: 2 })
    environment(rig, 'cold', { maxvCpus: 2 })
    rig.call('registerjobdefinition', { jobDefinitionName: 'd', type: 'container', containerProperties })
    queue(rig, 'q', ['hot', 'cold'])
    for (let n = 0; n < 5; n++) await rig.submit()
    await rig.clock.advance(30_000)
    expect(whereRuns(rig)).toStrictEqual(['hot', 'hot', 'cold', 'cold'])
  })

  it('a queue of higher priority goes first', async () => {
    const rig = batchRig({ computeResources: { maxvCpus: 2 } })
    queue(rig, 'urgent', ['ce'], { priority: 9 })
    await rig.submit(needing(2))
    await rig.clock.advance(30_000)
    const low = await rig.submit(needing(2))
    const high = await rig.submit({ ...needing(2), jobQueue: 'urgent' })
    const [running = ''] = rig.running.keys()
    await rig.finish(running)
    expect([rig.statusOf(low), rig.statusOf(high)]).toStrictEqual(['RUNNABLE', 'RUNNING'])
  })

  it('all jobs together have no more than the machine, and the one whose turn it is keeps it', async () => {
    const rig = batchRig({ machine: { vcpus: 2, memoryMiB: 4096, gpus: 0 } })
    const first = await rig.submit()
    const large = await rig.submit(needing(2))
    const small = await rig.submit()
    await rig.clock.advance(60_000)
    expect([...rig.running.keys()]).toStrictEqual([first])
    await rig.finish(first)
    await rig.clock.advance(30_000)
    expect([...rig.running.keys()]).toStrictEqual([large])
    await rig.finish(large)
    expect([...rig.running.keys()]).toStrictEqual([small])
  })

  it('what the machine has no room for holds up other queues too', async () => {
    const rig = batchRig({ machine: { vcpus: 2, memoryMiB: 4096, gpus: 0 } })
    queue(rig, 'other', ['ce'])
    const first = await rig.submit()
    await rig.clock.advance(30_000)
    await rig.submit(needing(2))
    const small = await rig.submit({ jobQueue: 'other' })
    await rig.clock.advance(60_000)
    expect([...rig.running.keys()]).toStrictEqual([first])
    expect(rig.statusOf(small)).toBe('RUNNABLE')
  })

  it.each(['1', '2', '3', '4', '5'])('a host that is ready is taken before one that comes, seed %s', async (seed) => {
    const startDelay = { kind: 'quantiles', p50S: 30, p90S: 300 } as const
    const rig = batchRig({
      seed,
      computeResources: { maxvCpus: 8 },
      emulation: () => ({ startDelay, reclaim: { kind: 'never' } }),
    })
    const ids: string[] = []
    for (let n = 0; n < 4; n++) ids.push(await rig.submit(needing(2)))
    while (rig.running.size === 0) await rig.clock.advance(1000)
    const [first = '', ...waiting] = ids
    expect([...rig.running.keys()]).toStrictEqual([first])
    await rig.finish(first)
    for (const id of [...rig.running.keys(), ...waiting]) {
      rig.call('terminatejob', { jobId: id, reason: 'not needed' })
      await rig.clock.advance(0)
    }
    const next = await rig.submit(needing(2))
    expect(rig.statusOf(next)).toBe('RUNNING')
  })

  it('a disabled environment gets no further job, and what runs goes on', async () => {
    const rig = batchRig()
    const first = await rig.submit()
    await rig.clock.advance(30_000)
    rig.call('updatecomputeenvironment', { computeEnvironment: 'ce', state: 'DISABLED' })
    const second = await rig.submit()
    await rig.clock.advance(60_000)
    expect([rig.statusOf(first), rig.statusOf(second)]).toStrictEqual(['RUNNING', 'RUNNABLE'])
    rig.call('updatecomputeenvironment', { computeEnvironment: 'ce', state: 'ENABLED' })
    await rig.clock.advance(0)
    expect(rig.statusOf(second)).toBe('RUNNING')
  })
})

describe('hosts', () => {
  it('minvCpus: hosts are there before work is, also while the environment is disabled', async () => {
    const rig = batchRig()
    const update = { computeEnvironment: 'ce', computeResources: { minvCpus: 2 } }
    rig.call('updatecomputeenvironment', { computeEnvironment: 'ce', state: 'DISABLED' })
    rig.call('updatecomputeenvironment', update)
    await rig.clock.advance(3_600_000)
    expect(rig.desiredvCpus('ce')).toBe(2)
    rig.call('updatecomputeenvironment', { computeEnvironment: 'ce', state: 'ENABLED' })
    const id = await rig.submit()
    expect(rig.statusOf(id)).toBe('RUNNING')
  })

  it('an idle host serves the next job at once, and goes after a while', async () => {
    const rig = batchRig()
    const first = await rig.submit()
    await rig.clock.advance(30_000)
    await rig.finish(first)
    await rig.clock.advance(59_999)
    const second = await rig.submit()
    expect(rig.statusOf(second)).toBe('RUNNING')
    await rig.finish(second)
    await rig.clock.advance(60_000)
    expect(rig.desiredvCpus('ce')).toBe(0)
  })

  it('minScaleDownDelayMinutes keeps hosts that have run a job, and no others', async () => {
    const rig = batchRig({ computeResources: { scalingPolicy: { minScaleDownDelayMinutes: 20 } } })
    const first = await rig.submit(needing(2))
    const never = await rig.submit(needing(2))
    rig.call('canceljob', { jobId: never, reason: 'not needed' })
    await rig.clock.advance(30_000)
    await rig.finish(first)
    expect(rig.desiredvCpus('ce')).toBe(4)
    await rig.clock.advance(60_000)
    expect(rig.desiredvCpus('ce')).toBe(2)
    await rig.clock.advance(19 * 60_000)
    expect(rig.desiredvCpus('ce')).toBe(0)
  })

  it('a change of the hosts beside minvCpus replaces them, once their jobs have ended', async () => {
    const rig = batchRig()
    const id = await rig.submit()
    await rig.clock.advance(30_000)
    const computeResources = { minvCpus: 2, instanceTypes: ['m7i.large'] }
    rig.call('updatecomputeenvironment', { computeEnvironment: 'ce', computeResources })
    expect(() => rig.call('updatecomputeenvironment', { computeEnvironment: 'ce', state: 'DISABLED' })).toThrow(
      'Cannot update, resource is being modified.',
    )
    const next = await rig.submit()
    expect([rig.statusOf(id), rig.statusOf(next)]).toStrictEqual(['RUNNING', 'RUNNABLE'])
    await rig.clock.advance(30_000)
    expect([rig.statusOf(id), rig.statusOf(next)]).toStrictEqual(['RUNNING', 'RUNNING'])
    await rig.clock.advance(30 * 60_000)
    expect(rig.job(id)).toMatchObject({ status: 'FAILED' })
    expect(rig.job(id).statusReason).toMatch(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/)
    expect(rig.statusOf(next)).toBe('RUNNING')
  })

  it('desiredvCpus goes up and not down', async () => {
    const rig = batchRig()
    rig.call('updatecomputeenvironment', { computeEnvironment: 'ce', computeResources: { desiredvCpus: 4 } })
    expect(rig.desiredvCpus('ce')).toBe(4)
    const down = { computeEnvironment: 'ce', computeResources: { desiredvCpus: 2 } }
    expect(() => rig.call('updatecomputeenvironment', down)).toThrow('Manually scaling down')
    const below = { computeEnvironment: 'ce', computeResources: { maxvCpus: 2 } }
    expect(() => rig.call('updatecomputeenvironment', below)).toThrow('maxvCpus cannot be below')
  })

  it('a reclaimed host takes its jobs with it, and leaves no exit code', async () => {
    const rig = batchRig()
    const lost = await rig.submit()
    const again = await rig.submit({
      retryStrategy: { attempts: 2, evaluateOnExit: [{ onStatusReason: 'Host EC2*', action: 'RETRY' }] },
    })
    await rig.clock.advance(30_000)
    expect(rig.service.reclaimHostOf(lost)).toBe(true)
    await rig.clock.advance(0)
    const { status, statusReason, container, attempts } = rig.job(lost)
    expect(status).toBe('FAILED')
    expect(statusReason).toMatch(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/)
    expect(container).not.toHaveProperty('exitCode')
    expect(attempts?.[0]?.container).not.toHaveProperty('exitCode')
    expect(rig.statusOf(again)).toBe('RUNNABLE')
    await rig.clock.advance(30_000)
    expect(rig.statusOf(again)).toBe('RUNNING')
    expect(rig.service.reclaimHostOf(lost)).toBe(false)
  })

  it('with notice, what ends in time leaves its exit code', async () => {
    const rig = batchRig({ timing: { reclaimGraceS: 30 } })
    const id = await rig.submit()
    await rig.clock.advance(30_000)
    rig.service.reclaimHostOf(id)
    await rig.clock.advance(0)
    expect(rig.job(id).container?.exitCode).toBe(137)
  })

  it('Fargate has no hosts: a job starts for as long as one would take to come', async () => {
    const rig = batchRig({ isEmpty: true })
    const computeResources = { type: 'FARGATE_SPOT', maxvCpus: 4, subnets: ['s'], securityGroupIds: ['g'] }
    rig.call('createcomputeenvironment', { computeEnvironmentName: 'f', type: 'MANAGED', computeResources })
    queue(rig, 'q', ['f'])
    const resourceRequirements = [
      { type: 'VCPU', value: '0.25' },
      { type: 'MEMORY', value: '512' },
    ]
    rig.call('registerjobdefinition', {
      jobDefinitionName: 'd',
      type: 'container',
      platformCapabilities: ['FARGATE'],
      containerProperties: { ...containerProperties, resourceRequirements, executionRoleArn: 'arn:aws:iam::0:role/r' },
    })
    const id = await rig.submit()
    expect(rig.statusOf(id)).toBe('STARTING')
    await rig.clock.advance(30_000)
    expect(rig.statusOf(id)).toBe('RUNNING')
    rig.service.reclaimHostOf(id)
    await rig.clock.advance(0)
    expect(rig.job(id)).toMatchObject({ status: 'FAILED', statusReason: 'Your Spot Task was interrupted.' })
    expect(rig.job(id).container).not.toHaveProperty('containerInstanceArn')
  })
})

describe('the job at the head of a queue says why it is stuck', () => {
  const stuck = async (computeResources: object, request: object) => {
    const rig = batchRig({ computeResources })
    const id = await rig.submit(request)
    await rig.clock.advance(0)
    return rig.job(id).statusReason?.split(' - ')[0]
  }

  it('no instance type is large enough', async () => {
    expect(await stuck({}, needing(8))).toBe('MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT')
  })

  it('maxvCpus is too low', async () => {
    const computeResources = { instanceTypes: ['c7i'], maxvCpus: 4 }
    expect(await stuck(computeResources, needing(8))).toBe('MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE')
  })

  it('no host is to be had, until there is; the queue may say for how long a job waits', async () => {
    const trace = { available: [0, 0, 1], tickMs: 600_000 } as const
    const rig = batchRig({
      emulation: () => ({ startDelay: { kind: 'fixed', seconds: 0 }, reclaim: { kind: 'trace', trace } }),
    })
    const reason = 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY'
    const action = { reason, state: 'RUNNABLE', maxTimeSeconds: 600, action: 'CANCEL' }
    const first = await rig.submit()
    expect(rig.job(first).statusReason).toContain(reason)
    await rig.clock.advance(1_200_000)
    expect(rig.statusOf(first)).toBe('RUNNING')
    await rig.clock.advance(600_000)
    expect(rig.job(first).statusReason).toMatch(/^Host EC2/)
    rig.call('updatejobqueue', { jobQueue: 'q', jobStateTimeLimitActions: [action] })
    const second = await rig.submit()
    await rig.clock.advance(600_000)
    expect(rig.job(second)).toMatchObject({
      status: 'FAILED',
      statusReason: `Canceled by JobStateTimeLimit action due to reason: ${reason}`,
    })
  })
})

describe('fair share', () => {
  const policyArn = 'arn:aws:batch:us-east-1:000000000000:scheduling-policy/p'
  const fair = (fairsharePolicy: object, maxvCpus = 2) => {
    const rig = batchRig({ computeResources: { maxvCpus } })
    rig.call('createschedulingpolicy', { name: 'p', fairsharePolicy })
    queue(rig, 'fair', ['ce'], { schedulingPolicyArn: policyArn })
    return rig
  }
  const of = (shareIdentifier: string, priority?: number) => ({
    jobQueue: 'fair',
    shareIdentifier,
    jobName: `${shareIdentifier}${priority ?? ''}`,
    ...(priority !== undefined && { schedulingPriorityOverride: priority }),
  })
  /** Names of the jobs in the order in which they start, two at a time. */
  const orderOf = async (rig: BatchRig) => {
    await rig.clock.advance(30_000)
    const names: string[] = []
    for (let [id] = rig.running.keys(); id !== undefined; [id] = rig.running.keys()) {
      names.push(rig.job(id).jobName ?? '')
      await rig.clock.advance(1_000)
      await rig.finish(id)
    }
    return names
  }

  it('shares take turns, whoever came first', async () => {
    const rig = fair({})
    for (const share of ['a', 'a', 'a', 'b', 'b']) await rig.submit(of(share))
    expect(await orderOf(rig)).toStrictEqual(['a', 'b', 'a', 'b', 'a'])
  })

  it('a share of a quarter of the weight gets more', async () => {
    const rig = fair({ shareDistribution: [{ shareIdentifier: 'b*', weightFactor: 0.25 }] }, 4)
    for (const share of ['a', 'a', 'a', 'b1', 'b1', 'b1']) await rig.submit(of(share))
    await rig.clock.advance(30_000)
    const names = [...rig.running.keys()].map((id) => rig.job(id).jobName)
    expect(names).toStrictEqual(['a', 'b1', 'b1', 'b1'])
  })

  it('within a share the higher priority goes first', async () => {
    const rig = fair({})
    for (const priority of [1, 1, 9, 5]) await rig.submit(of('a', priority))
    expect(await orderOf(rig)).toStrictEqual(['a9', 'a5', 'a1', 'a1'])
  })

  it('computeReservation keeps a part for shares that are to come', async () => {
    const rig = fair({ computeReservation: 50 })
    await rig.submit(of('a'))
    await rig.submit(of('a'))
    await rig.clock.advance(30_000)
    expect(rig.running.size).toBe(1)
    await rig.submit(of('b'))
    // A quarter of 2 is kept for a third share now, and another vCPU would be more than what is left.
    expect(rig.running.size).toBe(1)
  })
})
