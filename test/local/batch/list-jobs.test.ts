import type { ListJobsResponse } from '@aws-sdk/client-batch'
import { describe, expect, it } from 'vitest'
import { batchRig } from './batch-rig.ts'

describe('ListJobs', () => {
  it('lists RUNNING jobs of a queue unless a status is given, newest first', async () => {
    const rig = batchRig({ computeResources: { maxvCpus: 2 } })
    const [a, b, c] = [await rig.submit(), await rig.submit(), await rig.submit()]
    await rig.clock.advance(30_000)
    expect(rig.list({ jobQueue: 'q' })).toStrictEqual([b, a])
    expect(rig.list({ jobQueue: 'q', jobStatus: 'RUNNABLE' })).toStrictEqual([c])
  })

  it('filters by name in any case, prefix, definition, time and share, whatever the status', async () => {
    const rig = batchRig()
    const one = await rig.submit({ jobName: 'clone-1' })
    await rig.clock.advance(1000)
    const ten = await rig.submit({ jobName: 'Clone-10' })
    const by = (name: string, value: string) =>
      rig.list({ jobQueue: 'q', jobStatus: 'FAILED', filters: [{ name, values: [value] }] })
    expect(by('JOB_NAME', 'CLONE-1')).toStrictEqual([one])
    expect(by('JOB_NAME', 'clone-1*')).toStrictEqual([ten, one])
    expect(by('JOB_DEFINITION', 'd')).toStrictEqual([ten, one])
    expect(by('JOB_DEFINITION', 'e*')).toStrictEqual([])
    expect(by('JOB_DEFINITION', rig.job(one).jobDefinition ?? '')).toStrictEqual([ten, one])
    const createdAt = String(rig.job(ten).createdAt)
    expect(by('BEFORE_CREATED_AT', createdAt)).toStrictEqual([one])
    expect(by('AFTER_CREATED_AT', String((rig.job(one).createdAt ?? 0) - 1))).toStrictEqual([ten, one])
    expect(() => by('JOB_ID', one)).toThrow('Unknown filter')
  })

  it('pages: what comes or ends meanwhile neither repeats nor hides a job', async () => {
    const rig = batchRig({ computeResources: { maxvCpus: 8 } })
    const ids: string[] = []
    for (let n = 0; n < 6; n++) ids.push(await rig.submit())
    await rig.clock.advance(30_000)
    const page = (nextToken?: string) =>
      rig.call<ListJobsResponse>('listjobs', {
        jobQueue: 'q',
        maxResults: 2,
        ...(nextToken !== undefined && { nextToken }),
      })
    const first = page()
    await rig.submit()
    await rig.finish(first.jobSummaryList?.[1]?.jobId ?? '')
    const second = page(first.nextToken)
    const third = page(second.nextToken)
    const seen = [first, second, third].flatMap(({ jobSummaryList = [] }) => jobSummaryList.map(({ jobId }) => jobId))
    expect(seen).toStrictEqual(ids.toReversed())
    expect(third.nextToken).toBeUndefined()
    expect(() => page('nonsense')).toThrow('Invalid nextToken')
  })

  it('lists children by their array, and not among the jobs of a queue', async () => {
    const rig = batchRig()
    const id = await rig.submit({ arrayProperties: { size: 3 } })
    await rig.clock.advance(30_000)
    expect(rig.list({ arrayJobId: id })).toStrictEqual([`${id}:0`, `${id}:1`, `${id}:2`])
    expect(rig.list({ jobQueue: 'q' })).toStrictEqual([])
    expect(rig.list({ jobQueue: 'q', jobStatus: 'PENDING' })).toStrictEqual([id])
    expect(() => rig.list({})).toThrow('Give one of')
    expect(() => rig.list({ jobQueue: 'q', arrayJobId: id })).toThrow('Give one of')
  })
})
