import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBatchPools } from '#adapters/aws/batch-pools.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'
import type { JobRequest } from '#ports/pools.ts'
import { nearJob, openPoolsRig, type PoolsRig } from './batch-pools-rig.ts'

let rig: PoolsRig
beforeEach(async () => {
  rig = await openPoolsRig()
})
afterEach(() => rig.close())

const calls = (name: string) => rig.sent.get(`${name}Command`) ?? 0
const ofEach = (index: number): JobRequest => nearJob(`each[${index}]`)

/** Clones with the names that the pools give them. */
async function named(clones: readonly JobRequest[], pools = rig.pools): Promise<readonly JobRequest[]> {
  const names = await pools.names(clones)
  return clones.map((clone, at) => ({ ...clone, job: names[at] ?? '' }))
}

/** An array of so many. */
const array = (count: number) => named(Array.from({ length: count }, (_, index) => ofEach(index)))
const idOf = (request: JobRequest | undefined): string => rig.ids(request as JobRequest)[0] ?? ''
const parentOf = (request: JobRequest | undefined) => rig.batch.job(idOf(request).replace(/:\d+$/, ''))

describe('clones of equal shape', () => {
  it('are one array and one submission, in which each finds who it is by its index', async () => {
    const requests = await array(4)
    await rig.pools.submit(requests)
    expect(calls('SubmitJob')).toBe(1)
    const { jobName, arrayProperties, timeout, retryStrategy } = parentOf(requests[0])
    expect(jobName).toMatch(/^run_00000001-each-[0-9a-f]{32}-[0-9a-f]{32}$/)
    expect(arrayProperties?.size).toBe(4)
    expect([timeout, retryStrategy?.attempts]).toStrictEqual([{ attemptDurationSeconds: 645 }, 1])
    await rig.settle()
    const { job } = requests[2] as JobRequest
    const environment = rig.batch.running.get(idOf(requests[2]))?.environment ?? {}
    const whose = { array: job.slice(0, -2), run: 'run_00000001', members: 'each[0-3]/1/0' }
    expect(environment).toMatchObject({
      FORKCAST_ARRAY: JSON.stringify(whose),
      FORKCAST_CLONE_TOKEN: `token of ${whose.array}`,
      AWS_BATCH_JOB_ARRAY_INDEX: '2',
    })
    expect(environment).not.toHaveProperty('FORKCAST_CLONE_ID')
  })

  it.each<[string, (clone: JobRequest) => JobRequest]>([
    ['in another pool', (clone) => ({ ...clone, pool: 'far-cpu' })],
    ['of another size', (clone) => ({ ...clone, resources: { ...clone.resources, memoryMiB: 513 } })],
    ['with another limit', (clone) => ({ ...clone, timeoutS: 601 })],
    ['of another run', (clone) => ({ ...clone, slot: { ...clone.slot, run: 'run_00000002' as never } })],
  ])('are not together with one %s', async (_, changed) => {
    const [a, b, c] = await named([ofEach(0), changed(ofEach(1)), ofEach(2)])
    await rig.pools.submit([a, b, c] as readonly JobRequest[])
    expect([a, b, c].map((one) => one?.job.includes(':'))).toStrictEqual([true, false, true])
    expect(calls('SubmitJob')).toBe(2)
  })

  it('are not together with one of another image, share or priority, or with one that may read other secrets', async () => {
    const secret = { source: 'ssm', name: 'token' } as const
    const others = [{ image: 'other' }, { share: { id: 'x', priority: 1 } }, { secrets: { TOKEN: secret } }]
    for (const [at, launch] of others.entries()) {
      const launchOf = async ({ slot }: Pick<JobRequest, 'slot'>) => ({
        image: 'one',
        ...(slot.task === 'each[1]' && launch),
      })
      const pools = createBatchPools({ ...rig.options, launchOf })
      const names = await pools.names([ofEach(0), ofEach(1), ofEach(2)])
      expect(
        names.map((name) => name.includes(':')),
        String(at),
      ).toStrictEqual([true, false, true])
    }
  })

  it('are together in the size that their platform has', async () => {
    const half = { ...ofEach(1), resources: { ...ofEach(1).resources, vcpus: 0.5 } }
    const names = await rig.pools.names([ofEach(0), half])
    expect(names.map((name) => name.slice(-2))).toStrictEqual([':0', ':1'])
  })

  it('of which one can’t be looked into leave that to its own submission', async () => {
    const launchOf = async ({ slot }: Pick<JobRequest, 'slot'>) => {
      if (slot.task === 'each[1]') throw new Error('its definition is gone')
      return { image: 'one' }
    }
    const pools = createBatchPools({ ...rig.options, launchOf })
    const requests = await named([ofEach(0), ofEach(1), ofEach(2)], pools)
    await expect(pools.submit(requests)).rejects.toThrow('its definition is gone')
    expect(rig.ids(requests[0] as JobRequest)).toHaveLength(1)
    expect(rig.ids(requests[1] as JobRequest)).toHaveLength(0)
  })

  it('are as many in one submission as what names them fits into its limits', async () => {
    const scattered = Array.from({ length: 500 }, (_, at) => nearJob(`a-task-with-a-name-of-its-own-${at}`))
    const requests = await named(scattered)
    const tokenOf = async (whose: object) => `fca1.key.${Buffer.from(JSON.stringify(whose)).toString('base64url')}.mac`
    let longest = 0
    rig.client.middlewareStack.add(
      (next) => async (args) => {
        const { body = '' } = args.request as { readonly body?: string }
        longest = Math.max(longest, body.length)
        return next(args)
      },
      { step: 'finalizeRequest' },
    )
    await createBatchPools({ ...rig.options, tokenOf }).submit(requests)
    expect(calls('SubmitJob')).toBe(8)
    expect(longest).toBeLessThan(batchLimits.submitKiB * 1024)
    const overrides = JSON.stringify({ environment: parentOf(requests[0]).container?.environment })
    expect(overrides.length).toBeGreaterThan(4_000)
    expect(overrides.length).toBeLessThan(batchLimits.overrideChars - 500)
  })

  it('whose containers follow another one are told the same', async () => {
    const [pool] = rig.options.pools
    if (pool === undefined) throw new Error('no pool')
    const container = { ...pool.container, init: { image: 'node', command: ['copy'] } }
    const pools = createBatchPools({ ...rig.options, pools: [{ ...pool, container }] })
    const requests = await named([ofEach(0), ofEach(1)], pools)
    await pools.submit(requests)
    await rig.settle()
    await rig.batch.finish(idOf(requests[1]), 3)
    await rig.settle()
    expect(rig.told).toMatchObject([{ job: requests[1]?.job, slot: requests[1]?.slot, exitCode: 3 }])
  })
})

describe('of an array', () => {
  it('each child tells of its own end, and the whole of none', async () => {
    const requests = await array(3)
    await rig.pools.submit(requests)
    await rig.settle()
    for (const [index, request] of requests.entries()) await rig.batch.finish(idOf(request), index)
    await rig.settle()
    expect(parentOf(requests[0]).status).toBe('FAILED')
    expect(rig.told).toMatchObject(requests.map(({ job, slot, pool }, exitCode) => ({ job, slot, pool, exitCode })))
  })

  it('a child whose host is taken away is told of in words that say so; the others go on', async () => {
    const requests = await array(4)
    await rig.pools.submit(requests)
    await rig.settle()
    rig.batch.service.reclaimHostOf(idOf(requests[3]))
    await rig.settle()
    // Its host had room for two.
    expect(rig.told.map(({ job }) => job)).toContain(requests[3]?.job)
    for (const { reason, exitCode } of rig.told) {
      expect([reason.replace(/i-\w+/, 'i-0'), exitCode]).toStrictEqual(['Host EC2 (instance i-0) terminated.', null])
    }
    const states = await rig.pools.jobs(requests.map(({ job }) => job))
    expect(states.filter(({ state }) => state === 'alive').length).toBe(4 - rig.told.length)
    expect(rig.told.length).toBeLessThan(4)
  })

  it('some children are ended, and the others go on', async () => {
    const requests = await array(4)
    await rig.pools.submit(requests)
    await rig.settle()
    const [, b, , d] = requests.map(({ job }) => job)
    await createBatchPools(rig.options).terminate([b, d] as readonly string[], 'another clone won')
    await rig.settle()
    expect(rig.told.map(({ job, reason }) => [job, reason])).toStrictEqual([
      [b, 'another clone won'],
      [d, 'another clone won'],
    ])
    expect(rig.batch.running.size).toBe(2)
  })

  it('children that wait are ended too, and all of it in as few calls', async () => {
    const requests = await array(60)
    await rig.pools.submit(requests)
    await rig.settle()
    await rig.pools.terminate(
      requests.map(({ job }) => job),
      'the run was cancelled',
    )
    await rig.settle()
    expect(new Set(rig.told.map(({ job }) => job)).size).toBe(60)
    expect([calls('TerminateJobs'), calls('ListJobs')]).toStrictEqual([2, 0])
  })

  it('nothing is ended before it was submitted, and who was cancelled by then is nobody in it', async () => {
    const [a, b, c] = await array(3)
    await rig.pools.terminate([(b as JobRequest).job], 'cancelled')
    await rig.pools.submit([a, c] as readonly JobRequest[])
    expect(parentOf(a).parameters?.['forkcast-array']).toContain('each[0]/1/0 -1 each[2]/1/0')
    await rig.settle()
    await rig.batch.finish(idOf(b), 0)
    await rig.batch.finish(idOf(c), 0)
    await rig.settle()
    expect(rig.told.map(({ job }) => job)).toStrictEqual([c?.job])
    expect(await rig.pools.jobs([a, b, c].map((one) => one?.job ?? ''))).toMatchObject([
      { job: a?.job, state: 'alive' },
      { job: c?.job, state: 'ended' },
    ])
  })

  it('of which one only was left is still one, of two', async () => {
    const [a] = await array(3)
    await rig.pools.submit([a as JobRequest])
    expect(parentOf(a).arrayProperties?.size).toBe(2)
  })

  it('all is found by another process, by one name', async () => {
    const requests = await array(100)
    await rig.pools.submit(requests)
    await rig.settle()
    const before = [calls('ListJobs'), calls('DescribeJobs')]
    const names = requests.map(({ job }) => job)
    const states = await createBatchPools(rig.options).jobs(names)
    expect(states.map(({ job }) => job)).toStrictEqual(names)
    // In each of two queues.
    expect([calls('ListJobs'), calls('DescribeJobs')]).toStrictEqual([(before[0] ?? 0) + 2, (before[1] ?? 0) + 1])
  })
})

describe('a submission of an array', () => {
  it('that was not answered is found again', async () => {
    const requests = await array(3)
    rig.cutOff('SubmitJobCommand')
    await rig.pools.submit(requests)
    expect(rig.ids(requests[0] as JobRequest)).toHaveLength(1)
    expect(calls('SubmitJob')).toBe(1)
    await rig.settle()
    expect(rig.batch.running.size).toBe(3)
  })

  it('that was taken for lost and arrives late makes second jobs: each clone lives while one of its own does', async () => {
    const requests = await array(2)
    const names = requests.map(({ job }) => job)
    const arrive = rig.holdUp('SubmitJobCommand')
    await rig.pools.submit(requests)
    await arrive()
    await rig.settle()
    const [late = '', first = ''] = rig.ids(requests[0] as JobRequest)
    expect(late).not.toBe(first)
    // They get no lease.
    await rig.batch.finish(late, 0)
    expect(await createBatchPools(rig.options).jobs(names)).toMatchObject([{ state: 'alive' }, { state: 'alive' }])
    await rig.batch.finish(first, 3)
    expect(await rig.pools.jobs(names)).toMatchObject([{ state: 'ended' }, { state: 'alive' }])
    await rig.pools.terminate(names, 'another clone won')
    await rig.settle()
    expect(rig.batch.running.size).toBe(0)
  })

  it('that is refused is not tried again, and the others are made', async () => {
    const launchOf = async ({ timeoutS }: Pick<JobRequest, 'timeoutS'>) => ({
      image: 'one',
      ...(timeoutS === 700 && { share: { id: 'none', priority: 1 } }),
    })
    const pools = createBatchPools({ ...rig.options, launchOf })
    const refused = [2, 3].map((index) => ({ ...ofEach(index), timeoutS: 700 }))
    const requests = await named([...refused, ofEach(0), ofEach(1)], pools)
    await expect(pools.submit(requests)).rejects.toThrow('has no scheduling policy')
    expect(requests.map((request) => rig.ids(request).length)).toStrictEqual([0, 0, 1, 1])
    expect(calls('SubmitJob')).toBe(2)
  })
})
