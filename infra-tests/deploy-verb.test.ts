import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { DescribeTableCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb'
import { DeleteObjectCommand, HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { GetParametersByPathCommand, PutParameterCommand } from '@aws-sdk/client-ssm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDynamoClient, createS3Client, createSsmClient } from '#adapters/aws/aws-clients.ts'
import { remoteControlPlane } from '#client/remote-control-plane.ts'
import type { StackDiff } from '#contract/deployer.ts'
import { deploymentParameters } from '#contract/deployment.ts'
import { standingStacks } from '#deployer/standing-stacks.ts'
import { accountVariables } from './account/cdk.ts'
import { account, credentials, region } from './account/emulated-account.ts'
import { authorise, deployed } from './deployed.ts'

const { accountUrl, context } = deployed
const config = { endpoint: accountUrl, region, credentials }

/** Our own command line, without a terminal, about a deployment beside the others. */
async function forkcast(...words: readonly string[]) {
  const child = spawn(process.execPath, ['bin/forkcast.mjs', ...words, '--name', 'verb'], {
    env: accountVariables(accountUrl),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (part: Buffer) => (said.stdout += part.toString()))
  child.stderr.on('data', (part: Buffer) => (said.stderr += part.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...said }
}

function closing<C extends { destroy(): void }>(client: C): C {
  onTestFinished(() => client.destroy())
  return client
}

/** In this order: a deployment that fails, is made, and goes. */
describe('forkcast deploy', { timeout: 120_000, retry: 0 }, () => {
  it('tells which stack fails, in the words of CloudFormation', async () => {
    // Emulators have no AWS Batch in CloudFormation.
    const { code, stdout, stderr } = await forkcast('deploy', '--yes')
    expect(stderr).toMatch(/✗ DEPLOY-FAILED {2}verb-pools: .*AWS::Batch::ComputeEnvironment.*\n {2}→ this region/)
    expect([code, stdout]).toStrictEqual([1, ''])
  })

  it('goes on where that ended, and prints the address of an API that answers', async () => {
    const { code, stdout, stderr } = await forkcast('deploy', '--yes', '--json', ...context)
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/✓ verb-data {2}as it was/)
    const made = JSON.parse(stdout) as { readonly apiUrl: string }
    expect(made).toMatchObject({ account, region })
    const control = remoteControlPlane({ url: made.apiUrl, authorise })
    expect((await control.pools()).pools.length).toBeGreaterThan(0)
  })

  it('has nothing more to change then, and says what another choice would', async () => {
    expect(await forkcast('diff', ...context)).toMatchObject({ code: 0 })
    const { code, stdout } = await forkcast('diff', '--json', ...context, '-c', 'forkcast:requestsPerS=60')
    const diff = JSON.parse(stdout) as readonly StackDiff[]
    expect(diff.flatMap(({ changes }) => changes.map(({ kind, type }) => [kind, type]))).toStrictEqual([
      ['update', 'AWS::ApiGateway::Stage'],
    ])
    expect(code).toBe(1)
  })

  it('is taken away by destroy, and with --data all that it held', async () => {
    const s3 = closing(createS3Client({ ...config, forcePathStyle: true }))
    const dynamo = closing(createDynamoClient(config))
    const ssm = closing(createSsmClient(config))
    // As the first function that needs it makes it.
    const Name = deploymentParameters.tokenKey('verb')
    await ssm.send(new PutParameterCommand({ Name, Value: 'a key', Type: 'SecureString' }))
    const { code: asks, stderr: told } = await forkcast('destroy')
    expect([asks, told]).toStrictEqual([2, expect.stringContaining('--yes')])

    const cloudFormation = closing(new CloudFormationClient(config))
    const stacks = await standingStacks(cloudFormation, ['verb-data'])
    const { BucketName: bucket = '', TableName: table = '' } = stacks.get('verb-data') ?? {}
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'blobs/a', Body: 'first' }))
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'blobs/a', Body: 'second' }))
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'blobs/a' }))
    const { code, stderr } = await forkcast('destroy', '--yes', '--data')
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/bucket \S+ {2}3 objects and versions, 11 B/)
    await expect(dynamo.send(new DescribeTableCommand({ TableName: table }))).rejects.toThrow(ResourceNotFoundException)
    await expect(s3.send(new HeadBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({ name: 'NotFound' })
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: '/forkcast/verb', Recursive: true }))
    expect(Parameters).toStrictEqual([])
    expect((await forkcast('destroy', '--yes')).code).toBe(3)
  })
})
