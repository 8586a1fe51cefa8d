import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { openEndpoint } from './opened-endpoint.ts'

const isInstalled = spawnSync('aws', ['--version']).status === 0
const { endpoint, ended, close } = await openEndpoint()
afterAll(close)

/** Runs `aws batch …` against the endpoint, and gives what it prints. */
async function aws(...words: readonly string[]): Promise<Record<string, unknown>> {
  const env = {
    PATH: process.env['PATH'],
    AWS_ENDPOINT_URL_BATCH: endpoint.url,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  }
  const { stdout } = await promisify(execFile)('aws', ['batch', ...words, '--output', 'json'], { env })
  return (stdout === '' ? {} : JSON.parse(stdout)) as Record<string, unknown>
}

describe.runIf(isInstalled)('the stock aws CLI', { timeout: 60_000 }, () => {
  it('submits, describes and lists a job', async () => {
    const { jobId } = await aws('submit-job', '--job-name', 'cli', '--job-queue', 'q', '--job-definition', 'd')
    await ended(String(jobId))
    expect(await aws('describe-jobs', '--jobs', String(jobId))).toMatchObject({
      jobs: [{ jobId, status: 'SUCCEEDED', container: { exitCode: 0 } }],
    })
    const filter = 'name=JOB_NAME,values=cli'
    expect(await aws('list-jobs', '--job-queue', 'q', '--filters', filter)).toMatchObject({
      jobSummaryList: [{ jobId }],
    })
  })

  it('understands a refusal', async () => {
    const words = ['submit-job', '--job-name', 'a b', '--job-queue', 'q', '--job-definition', 'd']
    await expect(aws(...words)).rejects.toThrow('(ClientException) when calling the SubmitJob operation')
  })
})
