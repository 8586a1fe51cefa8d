import { join } from 'node:path'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { ListRulesCommand } from '@aws-sdk/client-eventbridge'
import { HeadBucketCommand } from '@aws-sdk/client-s3'
import { ListStateMachinesCommand } from '@aws-sdk/client-sfn'
import { ListQueuesCommand } from '@aws-sdk/client-sqs'
import { GetParametersByPathCommand } from '@aws-sdk/client-ssm'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  createDynamoClient,
  createEventBridgeClient,
  createS3Client,
  createSfnClient,
  createSqsClient,
  createSsmClient,
} from '#adapters/aws/aws-clients.ts'
import { deploymentParameters } from '#contract/deployment.ts'
import { cdk, cdkDone } from './account/cdk.ts'
import { credentials, region } from './account/emulated-account.ts'
import { deployed, ended, outputOf, runUntil, submitted } from './deployed.ts'

const { accountUrl, assembly, context, folder } = deployed
const withoutAsking = ['--require-approval', 'never', '--all']
const config = { endpoint: accountUrl, region, credentials }

function closing<C extends { destroy(): void }>(client: C): C {
  onTestFinished(() => client.destroy())
  return client
}

/** In this order: the last one takes the deployment away. */
describe('a deployment', { timeout: 300_000 }, () => {
  it('that is deployed again changes nothing', async () => {
    expect(await cdk(accountUrl, 'diff', '--app', assembly, '--fail')).toMatchObject({ code: 0 })
    const said = await cdkDone(accountUrl, 'deploy', '--app', assembly, ...withoutAsking)
    expect(said.match(/\(no changes\)/g)).toHaveLength(3)
  })

  it('is updated while a run is live, which goes on', async () => {
    const resources = { memory: '64MiB' }
    const outputs = { out: { path: 'out.txt', type: 'text' } }
    const id = await submitted({
      name: 'live',
      tasks: {
        before: { run: 'sleep 10; echo before > "$OUTPUT_OUT"', hedge: 'off', resources, outputs },
        after: {
          run: 'cat "$INPUT_SAID" > "$OUTPUT_OUT"',
          inputs: { said: { from: 'before.out' } },
          resources,
          outputs,
        },
      },
      outputs: { said: { from: 'after.out' } },
    })
    await runUntil(id, ({ tasks }) => tasks[0]?.attempts[0]?.slots[0]?.state === 'running')
    const updated = join(folder, 'cdk.updated')
    await cdkDone(accountUrl, 'synth', '--quiet', '--output', updated, ...context, '-c', 'forkcast:requestsPerS=60')
    const said = await cdkDone(accountUrl, 'deploy', '--app', updated, ...withoutAsking)
    expect(said).toContain('UPDATE_COMPLETE')
    expect((await ended(id, 200)).state).toBe('succeeded')
    expect(await outputOf(id, 'said')).toBe('before\n')
  })

  it('that is destroyed leaves the table, the bucket, and the key of its tokens', async () => {
    await cdkDone(accountUrl, 'destroy', '--app', assembly, '--all', '--force')
    const table = await closing(createDynamoClient(config)).send(
      new DescribeTableCommand({ TableName: deployed.table }),
    )
    expect(table.Table?.TableStatus).toBe('ACTIVE')
    const s3 = closing(createS3Client({ ...config, forcePathStyle: true }))
    expect((await s3.send(new HeadBucketCommand({ Bucket: deployed.bucket }))).$metadata.httpStatusCode).toBe(200)

    const { stateMachines } = await closing(createSfnClient(config)).send(new ListStateMachinesCommand({}))
    const { QueueUrls = [] } = await closing(createSqsClient(config)).send(new ListQueuesCommand({}))
    const { Rules } = await closing(createEventBridgeClient(config)).send(new ListRulesCommand({}))
    expect([stateMachines, QueueUrls, Rules]).toStrictEqual([[], [], []])
    const ofDeployment = { Path: '/forkcast/forkcast', Recursive: true }
    const { Parameters = [] } = await closing(createSsmClient(config)).send(
      new GetParametersByPathCommand(ofDeployment),
    )
    expect(Parameters.map(({ Name }) => Name)).toStrictEqual([deploymentParameters.tokenKey('forkcast')])
  })
})
