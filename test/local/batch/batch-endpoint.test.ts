import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeJobsCommand, TerminateJobCommand } from '@aws-sdk/client-batch'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { readProcess } from '#agent/process-table.ts'
import { openEndpoint } from './opened-endpoint.ts'

const { endpoint, folder, aws, submit, reached, ended, logOf, close } = await openEndpoint()
afterAll(close)

describe('jobs as processes', () => {
  it('run the command with its environment in a folder of their own, and write to their log stream', async () => {
    const environment = [{ name: 'GREETING', value: 'hello' }]
    const id = await submit('echo "$GREETING $AWS_BATCH_JOB_ID $AWS_BATCH_JQ_NAME"; pwd; ls -A; echo oops >&2', {
      containerOverrides: { environment },
    })
    const job = await ended(id)
    expect(job).toMatchObject({ status: 'SUCCEEDED', container: { exitCode: 0 } })
    const [greeting, where, ...rest] = logOf(job).trimEnd().split('\n')
    expect(greeting).toBe(`hello ${id} q`)
    expect(where?.startsWith(join(folder, 'work'))).toBe(true)
    expect(rest).toStrictEqual(['oops'])
    expect(readdirSync(join(folder, 'work'))).toStrictEqual([])
  })

  it('fail with the exit code of their command, or as Docker says it of a signal', async () => {
    const [failed, killed] = [await submit('exit 7'), await submit('kill -9 $$')]
    expect(await ended(failed)).toMatchObject({ status: 'FAILED', container: { exitCode: 7 } })
    expect(await ended(killed)).toMatchObject({ status: 'FAILED', container: { exitCode: 137 } })
  })

  it('fail to start when there is no such program', async () => {
    const id = await submit('', { containerOverrides: { command: ['/nowhere/at/all'] } })
    const job = await ended(id)
    expect(job).toMatchObject({ status: 'FAILED', statusReason: 'Task failed to start' })
    expect(job.container?.reason).toMatch(/^CannotStartContainerError: .*\/nowhere\/at\/all.*ENOENT/)
  })

  it('are told TERM when they are terminated, and all that they started ends with them', async () => {
    const id = await submit('sleep 600 & echo $!; trap "exit 0" TERM; while :; do sleep 0.05; done')
    const running = await reached(id, 'RUNNING')
    const child = await vi.waitFor(() => {
      const [, pid] = /^(\d+)\n/.exec(logOf(running)) ?? []
      if (pid === undefined) throw new Error('it has not started its child')
      return Number(pid)
    })
    await aws.client.send(new TerminateJobCommand({ jobId: id, reason: 'a sibling has won' }))
    expect(await ended(id)).toMatchObject({ status: 'FAILED', statusReason: 'a sibling has won', isTerminated: true })
    // A container without an init keeps it as a zombie.
    expect(readProcess(child)?.alive ?? false).toBe(false)
  })

  it('leave nothing running behind their first process', async () => {
    const job = await ended(await submit('sleep 600 & echo $!'))
    expect(job.status).toBe('SUCCEEDED')
    expect(readProcess(Number(logOf(job)))?.alive ?? false).toBe(false)
  })

  it('end without an exit code when their host is taken away', async () => {
    const id = await submit('sleep 600')
    await reached(id, 'RUNNING')
    expect(endpoint.reclaimHostOf(id)).toBe(true)
    const job = await ended(id)
    expect(job.statusReason).toMatch(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/)
    expect(job.container?.exitCode).toBeUndefined()
  })

  it('of an array know their index, and wait for those that they depend on', async () => {
    const first = await submit('true')
    const id = await submit('echo "$AWS_BATCH_JOB_ARRAY_INDEX"', {
      arrayProperties: { size: 3 },
      dependsOn: [{ jobId: first }],
    })
    expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', arrayProperties: { statusSummary: { SUCCEEDED: 3 } } })
    const { jobs = [] } = await aws.client.send(new DescribeJobsCommand({ jobs: [0, 1, 2].map((n) => `${id}:${n}`) }))
    expect(jobs.map((job) => logOf(job))).toStrictEqual(['0\n', '1\n', '2\n'])
  })
})

it('all that went over the wire is as the model of the service says', () => {
  expect(aws.problems).toStrictEqual([])
})
