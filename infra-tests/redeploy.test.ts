import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { ListRulesCommand } from '@aws-sdk/client-eventbridge'
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
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
import { askService } from './account/ask-service.ts'
import { cdk, cdkDone } from './account/cdk.ts'
import { credentials, region } from './account/emulated-account.ts'
import { deployed, ended, outputOf, run, runUntil, submitted, taskOf, untilNothingIsTaken } from './deployed.ts'

const { accountUrl, assembly, context, folder } = deployed
const withoutAsking = ['--require-approval', 'never', '--all']
const config = { endpoint: accountUrl, region, credentials }

type Found<K extends string> = Readonly<Record<K, readonly unknown[]>>

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
    const updated = join(folder, 'cdk.updated')
    await cdkDone(accountUrl, 'synth', '--quiet', '--output', updated, ...context, '-c', 'forkcast:requestsPerS=60')
    expect(await cdk(accountUrl, 'diff', '--app', updated, '--fail')).toMatchObject({ code: 1 })
    const done = join(folder, 'updated')
    const resources = { memory: '64MiB' }
    const outputs = { out: { path: 'out.txt', type: 'text' } }
    const id = await submitted({
      name: 'live',
      tasks: {
        before: {
          run: `until test -e ${done}; do sleep 0.2; done; echo before > "$OUTPUT_OUT"`,
          hedge: 'off',
          resources,
          outputs,
        },
        after: {
          run: 'cat "$INPUT_SAID" > "$OUTPUT_OUT"',
          inputs: { said: { from: 'before.out' } },
          resources,
          outputs,
        },
      },
      outputs: { said: { from: 'after.out' } },
    })
    await runUntil(id, ({ tasks }) => tasks.some((task) => task.attempts[0]?.slots[0]?.state === 'running'))
    const said = await cdkDone(accountUrl, 'deploy', '--app', updated, ...withoutAsking)
    expect(said).toContain('UPDATE_COMPLETE')
    expect(taskOf(await run(id), 'before').state).toBe('running')
    writeFileSync(done, '')
    expect((await ended(id, 200)).state).toBe('succeeded')
    expect(await outputOf(id, 'said')).toBe('before\n')
  })

  it('that is destroyed leaves the table, the bucket, the key of its tokens, and a role of the account', async () => {
    // What a function says after it is gone makes its log group again here; in an account it has no right to.
    await untilNothingIsTaken()
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
    const { Functions } = (await askService('lambda', `${accountUrl}/2015-03-31/functions/`)) as Found<'Functions'>
    const { item: apis } = (await askService('apigateway', `${accountUrl}/restapis`)) as Found<'item'>
    const { Roles = [] } = await closing(new IAMClient(config)).send(new ListRolesCommand({}))
    const roles = Roles.map(({ RoleName = '' }) => RoleName).filter((name) => !name.startsWith('cdk-'))
    const { logGroups = [] } = await closing(new CloudWatchLogsClient(config)).send(new DescribeLogGroupsCommand({}))
    expect([Functions, apis, logGroups]).toStrictEqual([[], [], []])
    // What API Gateway writes logs with, for all APIs of the account.
    expect(roles).toStrictEqual([expect.stringContaining('HttpApiCloudWatchRole')])
    const ofDeployment = { Path: '/forkcast/forkcast', Recursive: true }
    const { Parameters = [] } = await closing(createSsmClient(config)).send(
      new GetParametersByPathCommand(ofDeployment),
    )
    expect(Parameters.map(({ Name }) => Name)).toStrictEqual([deploymentParameters.tokenKey('forkcast')])
  })
})
