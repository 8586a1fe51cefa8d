import { describe, expect, it } from 'vitest'
import { batchRig } from './batch-rig.ts'

const size = (n: number) => ({ arrayProperties: { size: n } })

describe('an array of jobs', () => {
  it('has a child an index, and a parent that is PENDING until the last has ended', async () => {
    const rig = batchRig()
    const id = await rig.submit(size(3))
    expect(rig.told(id)).toStrictEqual(['SUBMITTED', 'PENDING'])
    await rig.clock.advance(30_000)
    expect(rig.running.get(`${id}:1`)?.environment).toMatchObject({
      AWS_BATCH_JOB_ID: `${id}:1`,
      AWS_BATCH_JOB_ARRAY_INDEX: '1',
      AWS_BATCH_JOB_ARRAY_SIZE: '3',
    })
    await rig.finish(`${id}:0`)
    expect(rig.job(id).arrayProperties).toStrictEqual({
      size: 3,
      statusSummary: { SUBMITTED: 0, PENDING: 0, RUNNABLE: 0, STARTING: 0, RUNNING: 2, SUCCEEDED: 1, FAILED: 0 },
    })
    await rig.finish(`${id}:2`)
    await rig.finish(`${id}:1`)
    expect(rig.told(id)).toStrictEqual(['SUBMITTED', 'PENDING', 'SUCCEEDED'])
    expect(rig.job(`${id}:2`)).toMatchObject({ arrayProperties: { index: 2 }, status: 'SUCCEEDED' })
  })

  it('fails when all have ended and one has failed', async () => {
    const rig = batchRig()
    const id = await rig.submit(size(2))
    await rig.clock.advance(30_000)
    await rig.finish(`${id}:0`, 1)
    expect(rig.statusOf(id)).toBe('PENDING')
    await rig.finish(`${id}:1`)
    expect(rig.job(id)).toMatchObject({ status: 'FAILED', statusReason: 'Array Child Job failed' })
  })

  it('SEQUENTIAL: 0 -> 1 -> 2', async () => {
    const rig = batchRig()
    const id = await rig.submit({ ...size(3), dependsOn: [{ type: 'SEQUENTIAL' }] })
    await rig.clock.advance(30_000)
    expect([...rig.running.keys()]).toStrictEqual([`${id}:0`])
    await rig.finish(`${id}:0`)
    expect([...rig.running.keys()]).toStrictEqual([`${id}:1`])
    await rig.finish(`${id}:1`, 1)
    expect(rig.job(`${id}:2`)).toMatchObject({ status: 'FAILED', statusReason: 'Dependent Job failed' })
    expect(rig.statusOf(id)).toBe('FAILED')
  })

  it('SEQUENTIAL: 4,000 fail with the first', async () => {
    const rig = batchRig()
    const id = await rig.submit({ ...size(4_000), dependsOn: [{ type: 'SEQUENTIAL' }] })
    await rig.clock.advance(30_000)
    await rig.finish(`${id}:0`, 1)
    expect(rig.job(id).arrayProperties?.statusSummary).toMatchObject({ FAILED: 4_000 })
    expect(rig.statusOf(id)).toBe('FAILED')
  })

  it('N_TO_N: A[i] -> B[i]', async () => {
    const rig = batchRig()
    const a = await rig.submit(size(2))
    const b = await rig.submit({ ...size(2), dependsOn: [{ jobId: a, type: 'N_TO_N' }] })
    await rig.clock.advance(30_000)
    expect(rig.statusOf(`${b}:0`)).toBe('PENDING')
    await rig.finish(`${a}:1`)
    expect([...rig.running.keys()]).toStrictEqual([`${a}:0`, `${b}:1`])
    await rig.finish(`${a}:0`, 1)
    expect(rig.job(`${b}:0`)).toMatchObject({ status: 'FAILED', statusReason: 'Dependent Job failed' })
    await rig.finish(`${b}:1`)
    expect(rig.statusOf(b)).toBe('FAILED')
  })

  it('N_TO_N of an array that never had children: all fail', async () => {
    const rig = batchRig()
    const first = await rig.submit()
    const a = await rig.submit({ ...size(2), dependsOn: [{ jobId: first }] })
    const b = await rig.submit({ ...size(2), dependsOn: [{ jobId: a, type: 'N_TO_N' }] })
    rig.call('canceljob', { jobId: first, reason: 'not needed' })
    expect(rig.job(a)).toMatchObject({ status: 'FAILED', statusReason: 'Dependent Job failed' })
    expect(rig.job(`${b}:0`)).toMatchObject({ status: 'FAILED', statusReason: 'Dependent Job failed' })
    expect(rig.job(b)).toMatchObject({ status: 'FAILED', statusReason: 'Array Child Job failed' })
  })

  it('whose sizes differ, or that is none, is refused for N_TO_N and SEQUENTIAL', async () => {
    const rig = batchRig()
    const a = await rig.submit(size(2))
    const wrong = 'An N_TO_N dependency is between array jobs of the same size'
    await expect(rig.submit({ ...size(3), dependsOn: [{ jobId: a, type: 'N_TO_N' }] })).rejects.toThrow(wrong)
    await expect(rig.submit({ dependsOn: [{ type: 'SEQUENTIAL' }] })).rejects.toThrow('is for array jobs')
  })

  it('is terminated as a whole: children that run and children that wait', async () => {
    const rig = batchRig({ computeResources: { maxvCpus: 2 } })
    const id = await rig.submit(size(4))
    await rig.clock.advance(30_000)
    expect(rig.running.size).toBe(2)
    rig.call('terminatejob', { jobId: id, reason: 'enough' })
    await rig.clock.advance(0)
    expect(rig.job(id)).toMatchObject({ status: 'FAILED', statusReason: 'enough', isTerminated: true })
    expect(rig.job(id).arrayProperties?.statusSummary).toMatchObject({ FAILED: 4 })
    expect(rig.running.size).toBe(0)
  })

  it('has a time limit, an end and a host a child', async () => {
    const rig = batchRig({ computeResources: { maxvCpus: 2 } })
    const id = await rig.submit({ ...size(3), timeout: { attemptDurationSeconds: 60 } })
    await rig.clock.advance(30_000)
    expect([...rig.running.keys()]).toStrictEqual([`${id}:0`, `${id}:1`])
    rig.call('terminatejob', { jobId: `${id}:0`, reason: 'not this one' })
    await rig.clock.advance(30_000)
    expect(rig.job(`${id}:0`)).toMatchObject({ statusReason: 'not this one', isTerminated: true })
    expect(rig.job(id).isTerminated).toBe(false)
    expect([...rig.running.keys()]).toStrictEqual([`${id}:1`, `${id}:2`])
    await rig.clock.advance(31_000)
    expect(rig.job(`${id}:1`).statusReason).toBe('Job attempt duration exceeded timeout')
    expect(rig.statusOf(`${id}:2`)).toBe('FAILED')
    expect(rig.job(id)).toMatchObject({ status: 'FAILED', statusReason: 'Array Child Job failed' })
  })

  it('loses the children whose host is taken away, and tells of each by its index', async () => {
    const rig = batchRig()
    const id = await rig.submit(size(4))
    await rig.clock.advance(30_000)
    rig.service.reclaimHostOf(`${id}:3`)
    await rig.clock.advance(0)
    const lost = rig.events.filter(({ detail }) => detail.status === 'FAILED').map(({ detail }) => detail)
    expect(lost.map(({ jobId }) => jobId)).toContain(`${id}:3`)
    for (const { jobId = '', jobName, arrayProperties, statusReason, attempts } of lost) {
      expect([jobName, arrayProperties]).toStrictEqual(['j', { index: Number(jobId.split(':')[1]) }])
      expect(statusReason).toMatch(/^Host EC2 \(instance i-\w+\) terminated\.$/)
      expect(attempts).toHaveLength(1)
    }
    expect(rig.statusOf(id)).toBe('PENDING')
  })
})
