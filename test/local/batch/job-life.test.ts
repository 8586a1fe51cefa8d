import { describe, expect, it } from 'vitest'
import { JobLife } from '#local/batch/job/job-life.ts'
import { jobStatuses, type JobStatus } from '#local/batch/job/job-status.ts'
import { newJob, type JobSpec } from '#local/batch/job/job.ts'
import { batchRig } from './batch-rig.ts'

describe('the states of a job', () => {
  const pairs = jobStatuses.flatMap((from) => jobStatuses.map((to) => [from, to] as const))
  const allowed = new Set([
    'SUBMITTED PENDING',
    'SUBMITTED RUNNABLE',
    'SUBMITTED FAILED',
    'PENDING RUNNABLE',
    'PENDING SUCCEEDED',
    'PENDING FAILED',
    'RUNNABLE STARTING',
    'RUNNABLE FAILED',
    'STARTING RUNNING',
    'STARTING RUNNABLE',
    'STARTING FAILED',
    'RUNNING SUCCEEDED',
    'RUNNING RUNNABLE',
    'RUNNING FAILED',
  ])

  it.each(pairs)('%s then %s', (from: JobStatus, to: JobStatus) => {
    const told: JobStatus[] = []
    const life = new JobLife({
      clock: { nowMs: () => 1 },
      jobs: new Map(),
      nextTurn: () => 0,
      onStatus: ({ status }) => told.push(status),
    })
    const spec = { dependsOn: [] } as unknown as JobSpec
    const job = newJob({ id: 'a', arn: 'a', turn: 0, spec, createdAtMs: 0, array: undefined, status: from })
    const refusals: unknown[] = []
    try {
      life.turn(job, to)
    } catch (error) {
      refusals.push(error)
    }
    const isAllowed = allowed.has(`${from} ${to}`)
    expect({ told, refusals }).toStrictEqual(
      isAllowed
        ? { told: [to], refusals: [] }
        : { told: [], refusals: [new Error(`a: ${from} is not followed by ${to}`)] },
    )
  })
})

describe('a job', () => {
  it('waits RUNNABLE for its host, then starts and runs', async () => {
    const rig = batchRig()
    const id = await rig.submit()
    expect(rig.statusOf(id)).toBe('RUNNABLE')
    await rig.clock.advance(29_999)
    expect(rig.statusOf(id)).toBe('RUNNABLE')
    await rig.clock.advance(1)
    expect(rig.statusOf(id)).toBe('RUNNING')
    await rig.finish(id)
    expect(rig.told(id)).toStrictEqual(['SUBMITTED', 'RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED'])
    const { attempts, statusReason, container, startedAt = 0, createdAt = 0 } = rig.job(id)
    expect(startedAt - createdAt).toBe(30_000)
    expect({ statusReason, exitCode: container?.exitCode }).toStrictEqual({
      statusReason: 'Essential container in task exited',
      exitCode: 0,
    })
    expect(attempts).toMatchObject([{ statusReason: 'Essential container in task exited', container: { exitCode: 0 } }])
  })

  it('is SUBMITTED when its submission is answered', () => {
    const rig = batchRig()
    const request = { jobName: 'j', jobQueue: 'q', jobDefinition: 'd' }
    const { jobId } = rig.call<{ jobId: string }>('submitjob', request)
    expect(rig.statusOf(jobId)).toBe('SUBMITTED')
  })

  it('is tried again as often as its strategy says', async () => {
    const rig = batchRig()
    const id = await rig.submit({ retryStrategy: { attempts: 2 } })
    await rig.clock.advance(30_000)
    await rig.finish(id, 3)
    expect(rig.statusOf(id)).toBe('RUNNING')
    expect(rig.running.get(id)?.environment['AWS_BATCH_JOB_ATTEMPT']).toBe('2')
    await rig.finish(id, 4)
    expect(rig.statusOf(id)).toBe('FAILED')
    expect(rig.job(id).attempts?.map(({ container }) => container?.exitCode)).toStrictEqual([3, 4])
    expect(rig.told(id).slice(3)).toStrictEqual(['RUNNING', 'RUNNABLE', 'STARTING', 'RUNNING', 'FAILED'])
  })

  it('is ended at its timeout, and not tried again', async () => {
    const rig = batchRig()
    const id = await rig.submit({ timeout: { attemptDurationSeconds: 60 }, retryStrategy: { attempts: 3 } })
    await rig.clock.advance(30_000)
    await rig.clock.advance(59_999)
    expect(rig.statusOf(id)).toBe('RUNNING')
    await rig.clock.advance(1)
    expect(rig.job(id)).toMatchObject({
      status: 'FAILED',
      statusReason: 'Job attempt duration exceeded timeout',
      container: { exitCode: 137 },
    })
  })

  it('fails for the reason of whoever terminates it, even when it then ends well', async () => {
    const rig = batchRig()
    const id = await rig.submit({ retryStrategy: { attempts: 3 } })
    await rig.clock.advance(30_000)
    rig.call('terminatejob', { jobId: id, reason: 'a sibling has won' })
    await rig.clock.advance(0)
    expect(rig.job(id)).toMatchObject({ status: 'FAILED', statusReason: 'a sibling has won', isTerminated: true })
  })

  it('ends for the first reason of several', async () => {
    const rig = batchRig({ isStubborn: true })
    const id = await rig.submit({ timeout: { attemptDurationSeconds: 60 }, retryStrategy: { attempts: 2 } })
    await rig.clock.advance(30_000)
    rig.call('terminatejob', { jobId: id, reason: 'first' })
    rig.call('terminatejob', { jobId: id, reason: 'second' })
    rig.service.reclaimHostOf(id)
    await rig.clock.advance(60_000)
    expect(rig.statusOf(id)).toBe('RUNNING')
    await rig.finish(id, 143)
    expect(rig.job(id)).toMatchObject({ status: 'FAILED', statusReason: 'first', container: { exitCode: 143 } })
  })

  it('is not cancelled once it runs', async () => {
    const rig = batchRig()
    const id = await rig.submit()
    await rig.clock.advance(30_000)
    rig.call('canceljob', { jobId: id, reason: 'too late' })
    await rig.clock.advance(0)
    expect(rig.job(id)).toMatchObject({ status: 'RUNNING', isCancelled: false })
  })

  it.each(['canceljob', 'terminatejob'])('%s ends one that waits for a host, and its host idles away', async (verb) => {
    const rig = batchRig()
    const id = await rig.submit()
    rig.call(verb, { jobId: id, reason: 'not needed' })
    expect(rig.job(id)).toMatchObject({ status: 'FAILED', statusReason: 'not needed' })
    await rig.clock.advance(30_000)
    expect(rig.desiredvCpus('ce')).toBe(2)
    await rig.clock.advance(60_000)
    expect(rig.desiredvCpus('ce')).toBe(0)
    expect(rig.running.size).toBe(0)
  })

  it('whose overrides are too long for ECS fails when it is started', async () => {
    const rig = batchRig()
    const value = 'x'.repeat(8192)
    const id = await rig.submit({ containerOverrides: { environment: [{ name: 'A', value }] } })
    await rig.clock.advance(30_000)
    expect(rig.job(id)).toMatchObject({
      status: 'FAILED',
      statusReason: 'Container Overrides length must be at most 8192',
    })
    expect(rig.told(id)).not.toContain('STARTING')
  })

  it('is forgotten a week after its end', async () => {
    const rig = batchRig()
    const id = await rig.submit()
    rig.call('canceljob', { jobId: id, reason: 'old' })
    await rig.clock.advance(7 * 24 * 3_600_000 - 1)
    await rig.submit()
    expect(rig.statusOf(id)).toBe('FAILED')
    await rig.clock.advance(1)
    await rig.submit()
    expect(() => rig.job(id)).toThrow('there is no job')
  })
})

describe('dependencies', () => {
  it('A -> B: B is PENDING until A has succeeded', async () => {
    const rig = batchRig()
    const a = await rig.submit()
    const b = await rig.submit({ dependsOn: [{ jobId: a }] })
    expect(rig.statusOf(b)).toBe('PENDING')
    await rig.clock.advance(30_000)
    await rig.finish(a)
    await rig.clock.advance(0)
    expect(rig.told(b)).toStrictEqual(['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING'])
  })

  it('A -> B -> C: all fail with A', async () => {
    const rig = batchRig()
    const a = await rig.submit()
    const b = await rig.submit({ dependsOn: [{ jobId: a }] })
    const c = await rig.submit({ dependsOn: [{ jobId: b }] })
    await rig.clock.advance(30_000)
    await rig.finish(a, 1)
    expect(rig.job(b)).toMatchObject({ status: 'FAILED', statusReason: 'Dependent Job failed' })
    expect(rig.job(c)).toMatchObject({ status: 'FAILED', statusReason: 'Dependent Job failed' })
    const late = await rig.submit({ dependsOn: [{ jobId: a }] })
    expect(rig.told(late)).toStrictEqual(['SUBMITTED', 'FAILED'])
  })

  it.each([0, 1])('a cancelled job that waits for another ends when that has, with exit code %d', async (exitCode) => {
    const rig = batchRig()
    const a = await rig.submit()
    const b = await rig.submit({ dependsOn: [{ jobId: a }] })
    rig.call('canceljob', { jobId: b, reason: 'not needed' })
    expect(rig.job(b)).toMatchObject({ status: 'PENDING', isCancelled: true })
    await rig.clock.advance(30_000)
    await rig.finish(a, exitCode)
    expect(rig.job(b)).toMatchObject({ status: 'FAILED', statusReason: 'not needed' })
  })
})
