import type { IoMessage } from '@aws-cdk/toolkit-lib'
import { describe, expect, it } from 'vitest'
import type { StackProgress } from '#contract/deployer.ts'
import { StackActivityHost } from '#deployer/stack-activity.ts'

const message = (code: string, data: object) => ({ code, data, message: '' }) as unknown as IoMessage<unknown>
const begun = (stackName: string) => message('CDK_TOOLKIT_I5501', { stackName, resourcesTotal: 3 })
const ended = (stackName: string) => message('CDK_TOOLKIT_I5503', { stackName })
const event = (StackName: string, ResourceStatus: string, ResourceStatusReason?: string) =>
  message('CDK_TOOLKIT_I5502', {
    event: { StackName, ResourceStatus, ResourceStatusReason, ResourceType: 'AWS::S3::Bucket', LogicalResourceId: 'B' },
    progress: { completed: 1, total: 3 },
  })
const deployed = (name: string, noOp: boolean) =>
  message('CDK_TOOLKIT_I5900', { stackArn: `arn:aws:cloudformation:eu-west-1:1:stack/${name}/id`, noOp })

async function toldOf(messages: readonly IoMessage<unknown>[], fails = false) {
  const host = new StackActivityHost()
  const told: StackProgress[] = []
  const work = host.following(
    (progress) => void told.push(progress),
    async () => {
      for (const each of messages) await host.notify(each)
      if (fails) throw new Error('failed')
    },
  )
  await work.catch(() => undefined)
  return { host, states: told.map(({ stack, state, done, said }) => [stack, state, done, said]) }
}

describe('what the CDK tells of stacks', () => {
  it('is their progress, and what stands as it was is told so', async () => {
    const messages = [begun('a'), event('a', 'CREATE_IN_PROGRESS'), deployed('a', false), deployed('b', true)]
    expect((await toldOf(messages)).states).toStrictEqual([
      ['a', 'at-work', undefined, undefined],
      ['a', 'at-work', 1, 'CREATE_IN_PROGRESS AWS::S3::Bucket B'],
      ['a', 'done', 1, 'CREATE_IN_PROGRESS AWS::S3::Bucket B'],
      ['b', 'unchanged', undefined, undefined],
    ])
  })

  it('ends with what CloudFormation said last of each', async () => {
    const good = [begun('a'), event('a', 'DELETE_COMPLETE'), ended('a'), begun('b')]
    expect((await toldOf(good)).states.map(([stack, state]) => [stack, state])).toStrictEqual([
      ['a', 'at-work'],
      ['a', 'at-work'],
      ['a', 'done'],
      ['b', 'at-work'],
      ['b', 'done'],
    ])
    for (const status of ['CREATE_FAILED', 'ROLLBACK_COMPLETE'])
      expect((await toldOf([begun('a'), event('a', status), ended('a')], true)).states.at(-1)?.[1]).toBe('failed')
  })

  it('of those that nothing more is told of ends with the work on them', async () => {
    expect((await toldOf([begun('a')])).states.at(-1)).toStrictEqual(['a', 'done', undefined, undefined])
    const { host, states } = await toldOf([begun('a'), event('a', 'DELETE_FAILED', 'it holds objects')], true)
    expect(states.at(-1)?.slice(0, 2)).toStrictEqual(['a', 'failed'])
    const failure = { stack: 'a', resource: 'B', type: 'AWS::S3::Bucket', status: 'DELETE_FAILED' }
    expect(host.failures).toStrictEqual([{ ...failure, reason: 'it holds objects' }])
  })

  it('as a question is answered yes: it was asked before', async () => {
    const host = new StackActivityHost()
    expect(await host.requestResponse({ defaultResponse: false })).toBe(true)
  })
})
