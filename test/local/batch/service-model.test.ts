import { DescribeJobsResponse$, SubmitJobRequest$ } from '@aws-sdk/client-batch'
import { describe, expect, it } from 'vitest'
import { operationOf, problemsOf } from './service-model.ts'

const job = { jobName: 'j', jobId: '1', jobQueue: 'q', status: 'RUNNABLE', jobDefinition: 'd' }

describe('what the model of the service finds', () => {
  it.each([
    ['nothing, when all is well', { jobs: [{ ...job, tags: { a: '1' }, attempts: [{ startedAt: 1 }] }] }, []],
    ['a member that is missing', { jobs: [{ ...job, jobId: undefined }] }, ['.jobs[0].jobId: undefined is no string']],
    ['another type', { jobs: [{ ...job, createdAt: '1' }] }, ['.jobs[0].createdAt: "1" is no number']],
    ['a member that there is not', { jobs: [{ ...job, colour: 'red' }] }, ['.jobs[0]: JobDetail has no colour']],
    ['no list', { jobs: job }, ['.jobs: no list']],
    ['no map', { jobs: [{ ...job, tags: ['a'] }] }, ['.jobs[0].tags: no map']],
    ['null', { jobs: [null] }, ['.jobs[0]: no structure JobDetail']],
  ])('%s', (_, answer, problems) => {
    expect(problemsOf(DescribeJobsResponse$, answer)).toStrictEqual(problems)
  })

  it('required members', () => {
    const request = { jobName: 'j', containerOverrides: { resourceRequirements: [{ type: 'VCPU' }] } }
    expect(problemsOf(SubmitJobRequest$, request)).toStrictEqual([
      ': SubmitJobRequest.jobQueue is missing',
      ': SubmitJobRequest.jobDefinition is missing',
      '.containerOverrides.resourceRequirements[0]: ResourceRequirement.value is missing',
    ])
  })

  it('operations by their paths', () => {
    expect(operationOf('POST', '/v1/submitjob').input).toBeTypeOf('function')
    expect(operationOf('DELETE', '/v1/tags/arn').path).toBe('/v1/tags/{resourceArn}')
    expect(() => operationOf('GET', '/v1/submitjob')).toThrow('no operation')
  })
})
